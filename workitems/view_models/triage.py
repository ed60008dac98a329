"""One task after the other, and the basket of what was decided of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from taskmanager.core.numbers import number_format
from workitems.domain.change_mark import fingerprint
from workitems.isc.schemas import WorkItem
from workitems.scope import QueueScope
from workitems.services.basket import Choice, Kept, Step, by_item, merged
from workitems.services.bulk import ALL, Exclusion, Verb, is_fit, is_single, lines_of
from workitems.view_models.bulk import WHY, LeftOut, left_out_title
from workitems.view_models.confirmation import on_behalf
from workitems.view_models.labels import ACTIONS, Text
from workitems.view_models.panel import TaskPanel
from workitems.view_models.piles import tasks
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import TaskRow


def choices_of(item: WorkItem, row: TaskRow, verb: Verb, line: str = "") -> list[Choice]:
    """What this verb decides of a task: all that waits, or one line; nothing where it cannot.

    A decision on the whole is one on each line, wherever each can be named: one of them can so be
    decided otherwise afterwards.
    """
    if not is_fit(verb, item, row.allowed):
        return []
    whole = Choice(
        item.id,
        "",
        verb,
        task=row.sentence.text,
        state=item.state,
        fingerprint=fingerprint(item),
        lines=lines_of(item),
        is_single=is_single(item),
    )
    named = {one.item.id: one.sentence.text for one in row.approvals if one.can_decide}
    if verb in ALL and (line or named.keys() == set(whole.lines)):
        return [
            replace(whole, line=one, part=text) for one, text in named.items() if line in {"", one}
        ]
    return [] if line else [whole]


@dataclass(frozen=True)
class Card:
    """One task of the list: which one it is (`number`, from 1) of how many, and what is decided.

    `chosen` are the verbs in the basket by line, "" for the whole. `previous`, `next` and `skip`
    are ids of other tasks, "" where there is none.
    """

    panel: TaskPanel
    fingerprint: str
    number: int
    count: int
    chosen: Mapping[str, Verb]
    previous: str
    next: str
    skip: str
    is_under_way: bool

    @property
    def place(self) -> str:
        words = _("%(number)s of %(count)s")
        return words % {"number": number_format(self.number), "count": number_format(self.count)}

    @property
    def verb(self) -> Verb | None:
        """What the whole of it is to become; None where that is not decided, or not alike."""
        lines = [line.item.id for line in self.panel.row.approvals if line.item.is_open]
        verbs = {self.chosen.get(line) for line in lines} if lines else set()
        return self.chosen.get("") or (verbs.pop() if len(verbs) == 1 else None)


@dataclass(frozen=True)
class BasketLine:
    """One command of the basket; `ids` are the entries that it carries out."""

    step: Step
    row: TaskRow
    ids: str

    @property
    def title(self) -> Text:
        return ACTIONS[self.step.choice.verb]


@dataclass(frozen=True)
class BasketPage:
    """All of it by verb; `flagged` is sent only where it is ticked."""

    groups: Sequence[tuple[Text, Sequence[BasketLine]]]
    flagged: Sequence[BasketLine]
    left_out: Sequence[LeftOut]
    warning: str

    @classmethod
    def of(
        cls,
        kept: Sequence[Kept],
        found: Mapping[str, WorkItem],
        reasons: Mapping[str, Exclusion],
        scope: QueueScope,
        context: RenderContext,
    ) -> "BasketPage":
        fit = [one for one in kept if one.choice.item_id not in reasons]
        items = [found[item_id] for item_id in by_item(fit)]
        context.prepare(items)
        rows = {item.id: TaskRow.of(item, context) for item in items}
        lines = [
            BasketLine(step, rows[step.choice.item_id], _ids(step.of))
            for step in merged(fit, scope.owner.id)
        ]
        plain = [line for line in lines if not line.row.asks]
        groups = [
            (ACTIONS[verb], of_verb)
            for verb in Verb
            if (of_verb := [line for line in plain if line.step.choice.verb is verb])
        ]
        left = [
            LeftOut(of[0].choice.task, WHY[reasons[item_id]], _ids(of))
            for item_id, of in by_item(kept).items()
            if item_id in reasons
        ]
        warning = on_behalf(scope.owner.label if scope.is_other else "")
        return cls(groups, [line for line in lines if line.row.asks], left, warning)

    @property
    def plain(self) -> Sequence[BasketLine]:
        return [line for _title, lines in self.groups for line in lines]

    @property
    def is_sendable(self) -> bool:
        return bool(self.plain or self.flagged)

    @property
    def facts(self) -> Sequence[str]:
        """How many decisions of how many tasks that are, and what it costs."""
        lines = self.plain
        decisions = sum(len(line.step.of) for line in lines)
        items, calls = len({line.row.id for line in lines}), len(lines)
        decided = ngettext("%(count)s decision", "%(count)s decisions", decisions)
        cost = ngettext("%(count)s call to SailPoint", "%(count)s calls to SailPoint", calls)
        return [
            decided % {"count": number_format(decisions)},
            tasks(items),
            cost % {"count": number_format(calls)},
        ]

    @property
    def left_out_title(self) -> str:
        return left_out_title(len(self.left_out))


def _ids(kept: Collection[Kept]) -> str:
    return " ".join(one.id.hex for one in kept)
