"""Judges each decision by the tenant's own record. Imports nothing of the product."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from tests.faults.pressing import Decision, Press

# How the approval items stand, or for "complete" the work item, once it is done.
STATES = {"approve": "Finished", "reject": "Rejected", "complete": "Finished"}
ENDED = ("Finished", "Rejected")
UNSENT = ("not-sent", "unconfirmed")  # how it may end unexecuted, if its person is told
LATEST = 1.0  # seconds after the end of an undo window, where nothing was killed


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
    # Behind what it says as if it were done.
    (r"You can undo this for \d+ second", Saying.HELD),
    (r"Taken back\. Nothing was sent\.", Saying.TAKEN_BACK),
    # It stays as it was, whatever that is.
    (r"This could not be looked up", Saying.HELD),
    # Behind the sentence of the task that they are about.
    (r"Not done: Already|decided differently", Saying.OTHERWISE),
    (r"has left your queue since|moved to someone else", Saying.LEFT),
    (r"(^|: )(Approved|Rejected|Completed|Forwarded to [^:.]+)\.", Saying.DONE),
    # Where the lines of a work item have ended differently.
    (r"(^|: )\d+ approved, \d+ rejected\.", Saying.DONE),
    (r"(^|: )Already |already been decided", Saying.ALREADY),
    (r"being sent already|still under way|It is being sent\.", Saying.UNDER_WAY),
    (r"Something broke on our side It has been recorded. If you were deciding", Saying.UNKNOWN),
    (r"^Internal Server Error", Saying.UNKNOWN),  # of the server in front of our pages
    (r"We don't know yet|does not show it yet|does not say how it was decided", Saying.UNKNOWN),
    (r"SailPoint refused|Nothing was changed|Nothing is lost", Saying.NOT_DONE),
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
}


def saying(words: str) -> Saying:
    return next((kind for pattern, kind in WORDS if re.search(pattern, words)), Saying.UNCLEAR)


@dataclass(frozen=True)
class Standing:
    """How the tenant has a work item: `lines` are the states of the approval items pressed on."""

    owner: str
    state: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Record:
    """What is known of one decision: the tenant's calls and item, the log, the ledger.

    `calls` are the writes on the item in the order of their arrival; `stands` is how it stands in
    the end. `mine` is the identity of the person who pressed.
    """

    decision: Decision
    mine: str
    calls: Sequence[Mapping[str, Any]]
    stands: Standing
    lines: Sequence[str]
    rows: Sequence[Mapping[str, Any]]

    def is_held(self) -> bool:
        """Whether it was recorded to be sent later."""
        return any(row.get("due_at") for row in self.rows)

    def is_replaced(self) -> bool:
        """Whether a second attempt was recorded for the first, and is what did it."""
        return len(self.rows) > 1 and ENDS.get(self.rows[-1]["status"]) is Saying.DONE

    def sent(self) -> list[Mapping[str, Any]]:
        return [call for call in self.calls if call["actor"] == self.mine]

    def executed(self, act: str = "") -> int:
        """How many of the person's calls, for this act or for any, the tenant executed."""
        return sum(call["executed"] and act in ("", _act_of(call)) for call in self.sent())

    def is_done(self, act: str) -> bool:
        """Whether the item stands as this act would have it."""
        if act == "forward":
            return self.stands.owner == self.decision.target
        states = (self.stands.state,) if act == "complete" else self.stands.lines
        return {*states} == {STATES[act]}

    def is_over(self, act: str) -> bool:
        """Whether nothing is left for this act to do."""
        if act in ("forward", "complete"):
            return self.has_left() or self.stands.state in ENDED
        return all(state in ENDED for state in self.stands.lines)

    def has_left(self) -> bool:
        """Whether the item is somebody else's now."""
        return self.stands.owner != self.mine


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `kind` is lost, doubled, told wrongly, out of order or late."""

    kind: str
    what: str
    decision: Decision

    def __str__(self) -> str:
        decision = self.decision
        told = [press.told.words[:90] if press.told else None for press in decision.presses]
        return f"{self.kind}: {decision.moment} ({decision.item}): {self.what}; told {told}"


def judge(record: Record) -> list[Finding]:
    found = [*_lost(record), *_lost_while_held(record), *_doubled(record), *_late(record)]
    found += [*_wrong_words(record), *_wrong_undo(record)]
    found += [*_wrong_lines(record), *_wrong_rows(record)]
    return [Finding(kind, what, record.decision) for kind, what in found]


def judge_order(records: Iterable[Record]) -> list[Finding]:
    """What one person pressed one after another has to arrive in this order."""
    known = [record for record in records if record.decision.pressed_at and record.sent()]
    known.sort(key=lambda record: record.decision.pressed_at)
    found = []
    for before, after in pairwise(known):
        early = before.sent()[0]["at"] - after.sent()[0]["at"]
        if early > 0:
            what = f"sent {early:.3f} s before {before.decision.item}, which was pressed first"
            found.append(Finding("out of order", what, after.decision))
    return found


def _lost(record: Record) -> Iterator[tuple[str, str]]:
    """A success that is not there, or a call that nobody recorded."""
    for press in record.decision.presses:
        is_done = press.told is not None and saying(press.told.words) is Saying.DONE
        if is_done and not record.is_done(_act(press.command)):
            yield "lost", f"told {press.command} is done, and it stands {record.stands}"
    for call in record.sent():
        if not any(_act(row["command"]) == _act_of(call) for row in record.rows):
            yield "lost", f"the ledger knows nothing of {call['path']}"


def _lost_while_held(record: Record) -> Iterator[tuple[str, str]]:
    """Held, not undone, and never executed; what was not sent has to be told to its person."""
    if not record.is_held():
        return
    last, is_asked = record.rows[-1], _is_undo_asked(record)
    if last["status"] == "cancelled":
        if not is_asked:
            yield "lost", "cancelled, and nobody has undone it"
    elif record.executed() == 0:
        is_told = last["status"] in UNSENT and bool(last["has_news"])
        if not is_told or record.is_over(_act(last["command"])):
            yield "lost", f"held and never executed; the ledger says {last['status']}"


def _is_undo_asked(record: Record) -> bool:
    return any(press.step == "undo" for press in record.decision.presses)


def _doubled(record: Record) -> Iterator[tuple[str, str]]:
    """More than one call for a press, whether or not the tenant took the second.

    What was held may be sent again after a kill, by a row of its own, if it was not executed.
    """
    sent, presses = record.sent(), {(one.key, one.command) for one in record.decision.presses}
    most = len(record.rows) if record.is_held() else len(presses)
    if len(sent) > max(most, len(presses)):
        yield "doubled", f"{len(sent)} calls for {len(presses)} presses, {len(record.rows)} rows"
    if record.is_held() and any(call["executed"] for call in sent[:-1]):
        yield "doubled", "sent again after it had been executed"
    if record.executed() > 1:
        yield "doubled", f"executed {record.executed()} times"


def _late(record: Record) -> Iterator[tuple[str, str]]:
    """Sent long after the end of the undo window, or before it."""
    due_at, sent = record.decision.due_at, record.sent()
    if due_at and sent and not 0 <= sent[0]["at"] - due_at <= LATEST:
        yield "late", f"sent {sent[0]['at'] - due_at:.3f} s after the end of its window"


def _wrong_words(record: Record) -> Iterator[tuple[str, str]]:
    may_break = record.decision.moment.may_break
    for press in record.decision.presses:
        if press.told is None:
            if not may_break:
                yield "told wrongly", "no answer, though no process was stopped"
        elif may_break and press.step and saying(press.told.words) is Saying.UNKNOWN:
            continue  # that it will be sent was said before
        else:
            kind, act = saying(press.told.words), _act(press.command)
            if why := _disagreement(kind, act, record) or _odd(kind, press, record):
                yield "told wrongly", f"page, {press.told.status}: {why}"


def _wrong_undo(record: Record) -> Iterator[tuple[str, str]]:
    """What is told as taken back stands so in the ledger; what is told as held, in the log."""
    sayings = [saying(press.told.words) for press in record.decision.presses if press.told]
    statuses = [row["status"] for row in record.rows]
    if Saying.TAKEN_BACK in sayings and statuses != ["cancelled"]:
        yield "told wrongly", f"told as taken back, while the ledger says {statuses}"
    if Saying.HELD in sayings and not any(one.endswith(" scheduled") for one in record.lines):
        yield "told wrongly", "told as held, and no line of the log says so"


def _wrong_lines(record: Record) -> Iterator[tuple[str, str]]:
    """Each line of the log, and none missing for what a page or the ledger says."""
    for line in record.lines:
        command, _, status = line.partition(" ")
        kind = ENDS.get(status, Saying.UNCLEAR)
        why = _disagreement(kind, _act(command), record)
        if why and not (kind is Saying.NOT_DONE and record.is_replaced()):
            yield "told wrongly", f"log, {status}: {why}"
    for row in record.rows:
        if f"{row['command']} {row['status']}" not in record.lines:
            yield "told wrongly", f"no line of the log says {row['command']} {row['status']}"


def _wrong_rows(record: Record) -> Iterator[tuple[str, str]]:
    for row in record.rows:
        kind = ENDS.get(row["status"], Saying.UNCLEAR)
        if kind is Saying.NOT_DONE and record.is_replaced() and row is not record.rows[-1]:
            continue
        if why := _disagreement(kind, _act(row["command"]), record):
            yield "told wrongly", f"ledger, {row['status']}: {why}"


def _disagreement(kind: Saying, act: str, record: Record) -> str:
    """Why the tenant's record speaks against this saying; empty where it does not."""
    is_ours, is_done, is_over = record.executed(act) > 0, record.is_done(act), record.is_over(act)
    agrees = {
        Saying.DONE: is_done,
        Saying.NOT_DONE: not is_ours,
        Saying.ALREADY: is_over,
        Saying.OTHERWISE: is_over and not is_done,
        Saying.UNDER_WAY: True,
        Saying.LEFT: record.has_left(),
        Saying.UNKNOWN: not is_ours and not is_over,
        Saying.HELD: True,
        Saying.TAKEN_BACK: not record.sent(),
        Saying.UNCLEAR: False,
    }
    executed = "executed" if is_ours else "not executed"
    return "" if agrees[kind] else f"{kind}, while the tenant has it {executed}: {record.stands}"


def _odd(kind: Saying, press: Press, record: Record) -> str:
    """Words that are only right beside another press."""
    others = [one for one in record.decision.presses if one is not press]
    if kind is Saying.UNDER_WAY and not others:
        return "another press is said to be under way, and there is none"
    return ""


def _act(command: str) -> str:
    """What a command of the ledger does: of a single item and of the whole the same."""
    return command.removesuffix("-all")


def _act_of(call: Mapping[str, Any]) -> str:
    """The same for a call of the tenant's API; the one without a word of its own completes."""
    found = re.search(r"/(?:bulk-)?(approve|reject|forward)(?:/|$)", call["path"])
    return found[1] if found else "complete"
