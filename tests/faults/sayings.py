"""What pages, log and ledger say of a decision. Imports nothing of the product."""

import re
from collections.abc import Sequence
from enum import StrEnum


class Saying(StrEnum):
    """What an answer says of the tenant."""

    DONE = "done by this press"
    NOT_DONE = "nothing was changed"
    ALREADY = "decided before"
    OTHERWISE = "decided differently"
    UNDER_WAY = "another press is under way"
    LEFT = "it has left the person's queue"
    UNKNOWN = "not known"
    HELD = "not sent yet, and can be taken back"
    TAKEN_BACK = "taken back before it was sent"
    UNCLEAR = "words that the oracle does not know"


WORDS: Sequence[tuple[str, Saying]] = (
    # The group of a receipt in which a decision of a run stands.
    (r"^Receipt: Done$", Saying.DONE),
    (r"^Receipt: (Refused by SailPoint|Not sent|Changed since you looked)$", Saying.NOT_DONE),
    (r"^Receipt: Decided differently$", Saying.OTHERWISE),
    (r"^Receipt: Already done before$", Saying.ALREADY),
    (r"^Receipt: Gone from your queue$", Saying.LEFT),
    (r"^Receipt: Not known$", Saying.UNKNOWN),
    (r"^Receipt: Taken back$", Saying.TAKEN_BACK),
    (r"^Receipt: To be sent$", Saying.HELD),
    # Behind what it says as if it were done.
    (r"You can undo this for \d+ second", Saying.HELD),
    (r"Taken back\. Nothing was sent\.", Saying.TAKEN_BACK),
    # Behind the sentence of the task that they are about.
    (r"Not done: Already|decided differently", Saying.OTHERWISE),
    (r"has left your queue since|moved to someone else", Saying.LEFT),
    (r"(^|: )(Approved|Rejected|Completed|Forwarded to [^:.]+)\.", Saying.DONE),
    # Where the lines of a work item have ended differently.
    (r"(^|: )\d+ approved, \d+ rejected\.", Saying.DONE),
    (r"(^|: )Already |already been decided", Saying.ALREADY),
    (r"being sent already|still under way|It is being sent\.", Saying.UNDER_WAY),
    (r"Something broke on our side It has been recorded. If you were deciding", Saying.UNKNOWN),
    (r"cannot read or write its own records", Saying.UNKNOWN),
    (r"^Internal Server Error", Saying.UNKNOWN),  # of the server in front of our pages
    (r"This could not be looked up It stays as it was", Saying.UNKNOWN),
    (r"We don't know yet|does not show it yet|does not say how it was decided", Saying.UNKNOWN),
    (r"SailPoint refused|Nothing was changed|It was not sent yet", Saying.NOT_DONE),
    (r"Not sent yet|Not sent, because|Not all of it was sent", Saying.NOT_DONE),
)
# What the log and the ledger call an end.
ENDS = {
    "scheduled": Saying.HELD,
    "cancelled": Saying.TAKEN_BACK,
    "succeeded": Saying.DONE,
    "verified": Saying.DONE,
    "already-done": Saying.ALREADY,
    "superseded": Saying.OTHERWISE,
    "gone": Saying.LEFT,
    "unconfirmed": Saying.UNKNOWN,
    "refused": Saying.NOT_DONE,
    "not-sent": Saying.NOT_DONE,
    "not-done": Saying.NOT_DONE,
    "changed": Saying.NOT_DONE,
}


def saying(words: str) -> Saying:
    return next((kind for pattern, kind in WORDS if re.search(pattern, words)), Saying.UNCLEAR)
