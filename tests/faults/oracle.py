"""Judges each decision by the tenant's own record. Imports nothing of the product."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.faults.pressing import Decision, Press

# How the approval items stand, or for "complete" the work item, once it is done.
STATES = {"approve": "Finished", "reject": "Rejected", "complete": "Finished"}
ENDED = ("Finished", "Rejected")


class Saying(StrEnum):
    """What an answer says of the tenant."""

    DONE = "done by this press"
    NOT_DONE = "nothing was changed"
    ALREADY = "decided before"
    OTHERWISE = "decided differently"
    UNDER_WAY = "another press is under way"
    LEFT = "it has left the person's queue"
    UNKNOWN = "not known"
    UNCLEAR = "words that the oracle does not know"


WORDS: Sequence[tuple[str, Saying]] = (
    # Behind the sentence of the task that they are about.
    (r"Not done: Already|decided differently", Saying.OTHERWISE),
    (r"has left your queue since|moved to someone else", Saying.LEFT),
    (r"(^|: )(Approved|Rejected|Completed|Forwarded to [^:.]+)\.", Saying.DONE),
    # Where the lines of a work item have ended differently.
    (r"(^|: )\d+ approved, \d+ rejected\.", Saying.DONE),
    (r"(^|: )Already |already been decided", Saying.ALREADY),
    (r"being sent already|still under way", Saying.UNDER_WAY),
    (r"Something broke on our side It has been recorded. If you were deciding", Saying.UNKNOWN),
    (r"We don't know yet|does not show it yet|does not say how it was decided", Saying.UNKNOWN),
    (r"SailPoint refused|Nothing was changed|Nothing is lost", Saying.NOT_DONE),
    (r"Not sent yet|Not sent, because|Not all of it was sent", Saying.NOT_DONE),
)
# What the log and the ledger call an end.
ENDS = {
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
    rows: Sequence[Mapping[str, str]]

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
    """One thing that is wrong. `kind` is lost, doubled or told wrongly."""

    kind: str
    what: str
    decision: Decision

    def __str__(self) -> str:
        decision = self.decision
        told = [press.told.words[:90] if press.told else None for press in decision.presses]
        return f"{self.kind}: {decision.moment} ({decision.item}): {self.what}; told {told}"


def judge(record: Record) -> list[Finding]:
    found = [*_lost(record), *_doubled(record), *_wrong_words(record)]
    found += [*_wrong_lines(record), *_wrong_rows(record)]
    return [Finding(kind, what, record.decision) for kind, what in found]


def _lost(record: Record) -> Iterator[tuple[str, str]]:
    """A success that is not there, or a call that nobody recorded."""
    for press in record.decision.presses:
        is_done = press.told is not None and saying(press.told.words) is Saying.DONE
        if is_done and not record.is_done(_act(press.command)):
            yield "lost", f"told {press.command} is done, and it stands {record.stands}"
    for call in record.sent():
        if not any(_act(row["command"]) == _act_of(call) for row in record.rows):
            yield "lost", f"the ledger knows nothing of {call['path']}"


def _doubled(record: Record) -> Iterator[tuple[str, str]]:
    """More than one call for a press, whether or not the tenant took the second."""
    presses = {(press.key, press.command) for press in record.decision.presses}
    if len(record.sent()) > len(presses):
        yield "doubled", f"{len(record.sent())} calls for {len(presses)} presses"
    if record.executed() > 1:
        yield "doubled", f"executed {record.executed()} times"


def _wrong_words(record: Record) -> Iterator[tuple[str, str]]:
    may_break = record.decision.moment.fault.startswith("SIG")
    for press in record.decision.presses:
        if press.told is None:
            if not may_break:
                yield "told wrongly", "no answer, though no process was stopped"
        else:
            kind, act = saying(press.told.words), _act(press.command)
            if why := _disagreement(kind, act, record) or _odd(kind, press, record):
                yield "told wrongly", f"page, {press.told.status}: {why}"


def _wrong_lines(record: Record) -> Iterator[tuple[str, str]]:
    """Each line of the log, and none missing for what a page or the ledger says."""
    for line in record.lines:
        command, _, status = line.partition(" ")
        why = _disagreement(ENDS.get(status, Saying.UNCLEAR), _act(command), record)
        if why:
            yield "told wrongly", f"log, {status}: {why}"
    for row in record.rows:
        if f"{row['command']} {row['status']}" not in record.lines:
            yield "told wrongly", f"no line of the log says {row['command']} {row['status']}"


def _wrong_rows(record: Record) -> Iterator[tuple[str, str]]:
    for row in record.rows:
        kind = ENDS.get(row["status"], Saying.UNCLEAR)
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
