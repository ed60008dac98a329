"""Judges each decision by the tenant's own record. Imports nothing of the product."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.faults.moments import Kind, Moment
from tests.faults.pressing import Decision, Press
from tests.faults.sayings import ENDS, Saying, saying

# How the approval items stand, or for "complete" the work item, once it is done.
STATES = {"approve": "Finished", "reject": "Rejected", "complete": "Finished"}
ENDED = ("Finished", "Rejected")
UNSENT = ("not-sent", "unconfirmed")  # how it may end unexecuted, if its person is told
LATEST = 1.0  # seconds after the end of an undo window, where nothing was killed


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

    def is_of_run(self) -> bool:
        """Whether it was confirmed with others, and is told by their receipt."""
        return self.decision.moment.kind is Kind.RUN

    def is_asked(self, step: str) -> bool:
        """Whether its person has asked for this after the press."""
        return any(press.step == step for press in self.decision.presses)

    def is_decided_by_others(self) -> bool:
        return any(call["executed"] and call["actor"] != self.mine for call in self.calls)

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
    found += [*_wrong_in_run(record)]
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
    if not record.is_held() or record.is_of_run():
        return
    last = record.rows[-1]
    if last["status"] == "cancelled":
        if not record.is_asked("undo"):
            yield "lost", "cancelled, and nobody has undone it"
    elif record.executed() == 0:
        is_told = last["status"] in UNSENT and bool(last["has_news"])
        if not is_told or record.is_over(_act(last["command"])):
            yield "lost", f"held and never executed; the ledger says {last['status']}"


def _wrong_in_run(record: Record) -> Iterator[tuple[str, str]]:
    """Its receipt names it once, as the ledger has it; what was not executed has a reason."""
    groups = record.decision.groups
    if not record.is_of_run() or (groups is None and not record.rows):
        return  # cut off before anything was recorded, and never answered
    if not groups or not record.rows:
        yield "lost", f"its receipt says {groups}, the ledger has {len(record.rows)} rows"
        return
    if len(groups) > 1:
        yield "doubled", f"its receipt names it {len(groups)} times"
    last = record.rows[-1]["status"]
    if saying(f"Receipt: {groups[-1]}") is not ENDS.get(last):
        yield "told wrongly", f"its receipt says {groups[-1]}, the ledger says {last}"
    if record.executed() == 0 and not _is_right_unsent(record):
        yield "lost", f"confirmed and never executed; the ledger says {last}"
    is_too_late = record.decision.moment is Moment.RUN_OTHERS and record.is_decided_by_others()
    if is_too_late and record.sent():
        yield "doubled", "sent, though somebody else had decided it before"


def _is_right_unsent(record: Record) -> bool:
    """Whether a decision of a run may have ended so, with nothing of it executed."""
    last = record.rows[-1]
    is_right = {
        "cancelled": record.is_asked("undo"),
        "not-sent": record.is_asked("stop") and not record.sent(),
        # Cut off while it was recorded: it waits for its person.
        "scheduled": record.decision.moment.may_break and not last.get("due_at"),
        "unconfirmed": record.decision.moment.may_break,
        "refused": bool(record.sent()),
    }
    return is_right.get(last["status"], record.is_decided_by_others())


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
    if record.is_of_run():
        return
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
        is_told = f"{row['command']} {row['status']}" in record.lines
        if not is_told and not _is_without_line(row, record):
            yield "told wrongly", f"no line of the log says {row['command']} {row['status']}"


def _is_without_line(row: Mapping[str, Any], record: Record) -> bool:
    """Whether it was ended, or kept, together with its run."""
    together = {
        "cancelled": record.is_asked("undo"),
        "not-sent": record.is_asked("stop"),
        "scheduled": not row.get("due_at"),
    }
    return record.is_of_run() and together.get(row["status"], False)


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
