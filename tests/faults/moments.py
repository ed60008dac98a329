"""The moments at which a fault may hit a decision, and what the tenant is asked to do then."""

from enum import StrEnum
from typing import Any, Final

STATUSES: Final = (400, 401, 403, 404, 409, 429, 500, 502, 503, 504)


class Kind(StrEnum):
    """What a decision is about; as it stands before the ": " of a moment."""

    ONE_LINE = ""
    FORWARD = "forward"
    COMPLETE = "complete"
    LINES = "several lines"
    HELD = "held"  # a single approval item, within an undo window
    RUN = "run"  # a work item that was confirmed with others


class Moment(StrEnum):
    """What goes wrong, and when. "before" and "after": the tenant has not, or has, executed it.

    Where nothing stands before ": ", the decision is that of a single approval item.
    """

    KILL_RANDOM = "SIGKILL, any moment"
    KILL_BEFORE_SENDING = "SIGKILL, recorded and not sent"
    KILL_UPSTREAM = "SIGKILL, call under way"
    KILL_AFTER_EXECUTION = "SIGKILL, executed and not closed"
    KILL_THEN_REPEAT = "SIGKILL, then the same press again"
    SIGTERM = "SIGTERM under load, then a start"
    DROP_BEFORE = "connection dropped, before"
    DROP_AFTER = "connection dropped, after"
    S400_BEFORE = "400, before"
    S400_AFTER = "400, after"
    S401_BEFORE = "401, before"
    S401_AFTER = "401, after"
    S403_BEFORE = "403, before"
    S403_AFTER = "403, after"
    S404_BEFORE = "404, before"
    S404_AFTER = "404, after"
    S409_BEFORE = "409, before"
    S409_AFTER = "409, after"
    S429_BEFORE = "429, before"
    S429_AFTER = "429, after"
    S500_BEFORE = "500, before"
    S500_AFTER = "500, after"
    S502_BEFORE = "502, before"
    S502_AFTER = "502, after"
    S503_BEFORE = "503, before"
    S503_AFTER = "503, after"
    S504_BEFORE = "504, before"
    S504_AFTER = "504, after"
    HTML_BEFORE = "200 with HTML, before"
    HTML_AFTER = "200 with HTML, after"
    EMPTY = "empty answer, after"
    TRUNCATED = "truncated answer, after"
    FALSE_BEFORE = "answer false, before"
    ZERO_AFTER = "answer 0, after"
    OTHER_BEFORE = "decided differently before"
    OTHER_WHILE = "decided differently meanwhile"
    DOUBLE = "the same press twice at once"
    TRIPLE = "the same press three times at once"
    TWO_VERDICTS = "two verdicts from two sessions"
    LOCKED_AT_BEGIN = "database locked, before sending"
    LOCKED_AT_CLOSE = "database locked, after sending"
    FULL_AT_BEGIN = "database full, before sending"
    FULL_AT_CLOSE = "database full, after sending"
    FORWARD_KILL_UPSTREAM = "forward: SIGKILL, call under way"
    FORWARD_KILL_AFTER_EXECUTION = "forward: SIGKILL, executed and not closed"
    FORWARD_KILL_THEN_REPEAT = "forward: SIGKILL, then the same press again"
    FORWARD_DROP_BEFORE = "forward: connection dropped, before"
    FORWARD_DROP_AFTER = "forward: connection dropped, after"
    FORWARD_502_AFTER = "forward: 502, after"
    FORWARD_400_AFTER = "forward: 400, after"
    FORWARD_409_AFTER = "forward: 409, after"
    FORWARD_DOUBLE = "forward: the same press twice at once"
    COMPLETE_KILL_UPSTREAM = "complete: SIGKILL, call under way"
    COMPLETE_KILL_AFTER_EXECUTION = "complete: SIGKILL, executed and not closed"
    COMPLETE_KILL_THEN_REPEAT = "complete: SIGKILL, then the same press again"
    COMPLETE_DROP_BEFORE = "complete: connection dropped, before"
    COMPLETE_DROP_AFTER = "complete: connection dropped, after"
    COMPLETE_502_AFTER = "complete: 502, after"
    COMPLETE_DOUBLE = "complete: the same press twice at once"
    LINES_DROP_AFTER = "several lines: connection dropped, after"
    HELD_ALONE = "held: left alone"
    HELD_ASKED = "held: the page asks at the end"
    HELD_UNDONE = "held: undone in time"
    HELD_UNDONE_LATE = "held: undone at the last moment"
    HELD_CLOCK = "held: the clock jumps"
    HELD_KILL_WEB = "held: SIGKILL of web workers"
    HELD_KILL_JOBS = "held: SIGKILL of the job worker"
    HELD_KILL_BOTH = "held: SIGKILL of both"
    HELD_KILL_UPSTREAM = "held: SIGKILL, call under way"
    HELD_STOPPED = "held: the job worker stands still, another scans"
    HELD_DROPPED = "held: PostgreSQL drops its connections"
    HELD_RESTARTED = "held: PostgreSQL is restarted"
    RUN_ALONE = "run: left alone"
    RUN_KILL_WEB = "run: SIGKILL of web workers"
    RUN_KILL_JOBS = "run: SIGKILL of the job worker"
    RUN_KILL_BOTH = "run: SIGKILL of both"
    RUN_ANSWERS = "run: 429, and 500 or 502 after"
    RUN_OTHERS = "run: decided by somebody else meanwhile"
    RUN_STOPPED = "run: stopped in the middle"
    RUN_UNDONE = "run: undone in time"

    @property
    def kind(self) -> Kind:
        """What is pressed: one of the kinds of decisions."""
        return Kind(self.rpartition(": ")[0])

    @property
    def fault(self) -> "Moment":
        """The moment at which the same fault hits the decision of a single approval item."""
        if self.kind in {Kind.HELD, Kind.RUN}:
            return self
        return Moment(self.rpartition(": ")[2])

    @property
    def may_break(self) -> bool:
        """Whether an answer may stay out, because what would give it is stopped."""
        return "SIG" in self or self in OF_POSTGRES


def _answers() -> dict[Moment, dict[str, Any]]:
    """The sandbox's fault for each moment that needs nothing else."""
    faults: dict[Moment, dict[str, Any]] = {}
    for status in STATUSES:
        faults[Moment(f"{status}, before")] = {"status": status}
        faults[Moment(f"{status}, after")] = {"status": status, "after": True}
    faults |= {
        Moment.DROP_BEFORE: {"drop": True},
        Moment.DROP_AFTER: {"drop": True, "after": True},
        Moment.HTML_BEFORE: {"html": True, "status": 200},
        Moment.HTML_AFTER: {"html": True, "status": 200, "after": True},
        Moment.EMPTY: {"empty": True},
        Moment.TRUNCATED: {"truncate": True},
        Moment.FALSE_BEFORE: {"body": "false"},
        Moment.ZERO_AFTER: {"body": "0", "after": True},
    }
    return {moment: faults[moment.fault] for moment in Moment if moment.fault in faults}


ANSWERS: Final = _answers()
# Those that the database or several processes have a part in: all that differs on PostgreSQL.
OF_PROCESSES: Final = tuple(moment for moment in Moment if moment not in ANSWERS)
OF_POSTGRES: Final = (Moment.HELD_DROPPED, Moment.HELD_RESTARTED)
OF_SQLITE: Final = tuple(moment for moment in Moment if moment not in OF_POSTGRES)
