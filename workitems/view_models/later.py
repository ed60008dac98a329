"""What is to be sent later, and what was not sent: on every page, for who decided it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from taskmanager.core.characters import isolated
from taskmanager.core.clock import clock
from taskmanager.core.numbers import number_format
from workitems.domain.commands import Forward
from workitems.domain.results import WriteStatus
from workitems.outstanding import Outstanding
from workitems.runs import MIXED, Progress
from workitems.schedule import GRACE, Later
from workitems.view_models.labels import ACTIONS, Text
from workitems.view_models.receipt import DONE, receipt_text, with_request_id
from workitems.view_models.rows import TaskRow

SENDABLE: Final = (WriteStatus.NOT_SENT, WriteStatus.NOT_DONE)
ASK_EVERY: Final = 2.0  # seconds: how it ended, of what is being sent


@dataclass(frozen=True)
class HeldTask:
    """One decision that is not sent yet, or is being sent.

    `part` ends the addresses of the approval item that it is about, "" for the whole work item, and
    `action` that of its button to approve.
    `seconds` are left until the page has it sent, or asks how it ended (`asks`). A bulk run
    (`kind`) says how many of how many are `done`.
    """

    id: str
    dom_id: str
    part: str
    words: str
    task: str
    seconds: float
    is_timed: bool
    can_undo: bool
    can_send: bool
    asks: bool
    kind: str = "decisions"
    can_stop: bool = False
    done: int = 0
    size: int = 0
    action: str = ""

    @classmethod
    def of(cls, later: Later, now: datetime, actor_id: str) -> "HeldTask":
        row, is_own = later.row, later.row.actor_id == actor_id
        is_held = later.status is WriteStatus.SCHEDULED
        line = TaskRow.slug_of(row.approval_item_id) if row.approval_item_id else ""
        return cls(
            id=str(later.id),
            dom_id=TaskRow.dom_id_of(row.item_id),
            part=TaskRow.slug_of(row.item_id) + line if line else "",
            words=_words(later, is_own=is_own),
            task=later.content.get("task", ""),
            seconds=round(later.seconds_left(now), 1) if is_held else ASK_EVERY,
            is_timed=is_held and not later.is_by_hand and is_own,
            can_undo=is_held and is_own,
            can_send=later.is_by_hand and is_own,
            asks=is_own and not later.is_by_hand,
            action=f"{TaskRow.slug_of(row.item_id)}approve/{line}" if line else "",
        )

    @classmethod
    def of_run(cls, progress: Progress, now: datetime, *, item_id: str = "") -> "HeldTask":
        """The whole run at the foot of the page, or one of its work items in the list."""
        run, is_held = progress.run, progress.is_held(now)
        due_at, is_by_hand = run.due_at, progress.is_by_hand
        left = (due_at - GRACE - now).total_seconds() if is_held and due_at else ASK_EVERY
        return cls(
            id=str(run.pk),
            dom_id=TaskRow.dom_id_of(item_id) if item_id else "",
            part="",
            words=run_title(run.command, progress.size),
            task=_("%(done)s of %(size)s")
            % {"done": number_format(progress.ended), "size": number_format(progress.size)},
            seconds=round(max(0.0, left), 1),
            is_timed=is_held and not is_by_hand,
            can_undo=is_held and not item_id,
            can_send=is_by_hand and not item_id,
            asks=not is_by_hand and not item_id,
            kind="runs",
            can_stop=not is_held and not item_id,
            done=progress.ended,
            size=progress.size,
        )


def run_title(command: str, size: int) -> str:
    """What a bulk run does, with how many tasks, or decisions of several kinds."""
    words = {
        "approve": ngettext("Approve %(count)s task", "Approve %(count)s tasks", size),
        "reject": ngettext("Reject %(count)s task", "Reject %(count)s tasks", size),
        "complete": ngettext("Complete %(count)s task", "Complete %(count)s tasks", size),
        "forward": ngettext("Forward %(count)s task", "Forward %(count)s tasks", size),
        MIXED: ngettext("Send %(count)s decision", "Send %(count)s decisions", size),
    }
    return words[command.partition("-")[0]] % {"count": number_format(size)}


def done_words(command: str, target: str) -> str:
    """What a page says of a decision that it takes as done."""
    if command == Forward.name:
        return _("Forwarded to %(name)s.") % {"name": isolated(target or _("somebody else"))}
    return str(DONE[command])


def _words(later: Later, *, is_own: bool) -> str:
    if not is_own:
        name = later.content.get("actor") or later.row.actor_id
        words = _("%(name)s has decided on this at %(time)s, and that is still under way.")
        return words % {"name": isolated(name), "time": clock(later.row.asked_at)}
    if later.is_by_hand:
        action = ACTIONS.get(later.row.command, later.row.command)
        return _("%(action)s: not sent yet.") % {"action": action}
    return done_words(later.row.command, later.content.get("target", ""))


@dataclass(frozen=True)
class NewsLine:
    """One decision that ended otherwise than its page had said; `query` leads to its queue.

    `typed` is the comment of a forward, which nobody should have to type once more. `asks_secret`:
    it cannot be sent again as it is, for a secret is kept only until the end of an attempt.
    """

    id: str
    action: Text
    task: str
    slug: str
    query: str
    why: str
    at: datetime
    can_send: bool
    asks_secret: bool
    typed: str

    @classmethod
    def of(cls, later: Later, actor_id: str) -> "NewsLine":
        row, receipt, command = later.row, later.receipt(), later.command
        owner = {"owner": row.owner_id} if row.owner_id != actor_id else {}
        is_sendable = later.status in SENDABLE and command is not None
        return cls(
            id=str(later.id),
            action=ACTIONS.get(row.command, row.command),
            task=later.content.get("task") or row.item_id,
            slug=TaskRow.slug_of(row.item_id),
            query=f"?{urlencode(owner)}" if owner else "",
            why=with_request_id(receipt_text(receipt, ""), receipt),
            at=row.asked_at,
            can_send=is_sendable and later.is_whole,
            asks_secret=is_sendable and not later.is_whole,
            typed=command.comment if isinstance(command, Forward) else "",
        )


@dataclass(frozen=True)
class RunNews:
    """A bulk run that is over, and whose receipt its person has not seen yet."""

    id: str
    title: str
    done: int
    size: int

    @classmethod
    def of(cls, progress: Progress) -> "RunNews":
        run, size = progress.run, progress.size
        return cls(str(run.pk), run_title(run.command, size), progress.done, size)


@dataclass(frozen=True)
class LaterPage:
    """All of it, as one page shows it."""

    held: tuple[HeldTask, ...]
    held_of_items: Mapping[str, list[HeldTask]]
    news: tuple[NewsLine, ...]
    runs: tuple[RunNews, ...] = ()

    @classmethod
    def of(cls, outstanding: Outstanding, now: datetime) -> "LaterPage":
        if not outstanding.is_any:
            return NOTHING
        actor_id, mine = outstanding.actor_id, outstanding.of_actor()
        of_items: dict[str, list[HeldTask]] = defaultdict(list)
        for item_id, rows in outstanding.of_items().items():
            dom_id = TaskRow.dom_id_of(item_id)
            of_items[dom_id] = [HeldTask.of(one, now, actor_id) for one in rows]
        for item_id, progress in outstanding.of_runs.items():
            of_run = HeldTask.of_run(progress, now, item_id=item_id)
            of_items[TaskRow.dom_id_of(item_id)].append(of_run)
        runs = outstanding.runs_of_actor()
        held = tuple(HeldTask.of(one, now, actor_id) for one in mine if one.is_waiting)
        held += tuple(HeldTask.of_run(one, now) for one in runs if one.left)
        ended = tuple(RunNews.of(one) for one in runs if not one.left)
        news = tuple(NewsLine.of(one, actor_id) for one in mine if not one.is_waiting)
        return cls(held, of_items, news, ended)


NOTHING: Final = LaterPage((), {}, ())
