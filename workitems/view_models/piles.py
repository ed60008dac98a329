"""A pile of rows that are alike: one sentence for all of them, and what can be done with them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from taskmanager.core.numbers import number_format
from workitems.domain.changes import changes_of
from workitems.domain.facts import COMPLETED, DECIDED
from workitems.domain.queue_query import Group
from workitems.domain.readings import PileFacts
from workitems.isc.schemas import UnreadableWorkItem, WorkItem
from workitems.view_models.labels import type_label
from workitems.view_models.render_context import RenderContext
from workitems.view_models.sentence import (
    COUNTED,
    Part,
    Sentence,
    change_sentence,
    counted,
    sentence_of,
)
from workitems.view_models.times import waiting

MANY: Final = 2
GIVEN: Final = "account"  # what differs from row to row of those that are alike


@dataclass(frozen=True)
class PileRow:
    """`mark`: as addresses carry it. `decided` and `completed` say how many of how many can be
    ended so together, "" where none of them ever can.
    """

    mark: str
    sentence: Sentence
    meta: tuple[str, ...]
    flagged: int
    rows: int
    decided: str
    completed: str

    @classmethod
    def of(
        cls,
        facts: PileFacts,
        first: WorkItem | UnreadableWorkItem,
        group: Group,
        context: RenderContext,
    ) -> "PileRow":
        """`first`: one of its rows, which shows what they have in common."""
        oldest = datetime.fromtimestamp(facts.moment, UTC) if facts.moment else None
        meta = (tasks(facts.rows), waiting(oldest, context))
        return cls(
            facts.mark,
            _sentence(facts, first, group, context.language),
            tuple(filter(None, meta)),
            facts.flagged,
            facts.rows,
            _of_all(facts.decided, facts.rows) if facts.takes & DECIDED else "",
            _of_all(facts.completed, facts.rows) if facts.takes & COMPLETED else "",
        )

    @property
    def flags(self) -> str:
        words = ngettext(
            "%(number)s is flagged: it is left out unless you tick it",
            "%(number)s are flagged: they are left out unless you tick them",
            self.flagged,
        )
        return words % {"number": number_format(self.flagged)}

    @property
    def flags_left_out(self) -> str:
        """The same where nothing can be ticked."""
        words = ngettext(
            "%(number)s is flagged: it is left out",
            "%(number)s are flagged: they are left out",
            self.flagged,
        )
        return words % {"number": number_format(self.flagged)}


def tasks(count: int) -> str:
    words = ngettext("%(number)s task", "%(number)s tasks", count)
    return words % {"number": number_format(count)}


def _of_all(count: int, rows: int) -> str:
    if count == rows:
        return number_format(count)
    return _("%(some)s of %(all)s") % {"some": number_format(count), "all": number_format(rows)}


def _sentence(
    facts: PileFacts,
    first: WorkItem | UnreadableWorkItem,
    group: Group,
    language: str | None,
) -> Sentence:
    if not isinstance(first, WorkItem):
        return Sentence("other", (Part(tasks(facts.rows), is_name=False),))
    if group is Group.ALIKE:
        return _alike(facts, first, language)
    changes = changes_of(first)
    name = {
        Group.PERSON: changes[0].account if changes else "",
        Group.REQUESTER: first.requester_name,
        Group.SOURCE: ", ".join(dict.fromkeys(one.source for one in changes if one.source)),
        Group.TYPE: type_label(first.type, language),
    }[group]
    return Sentence("other", (Part(name, is_name=True),))


def _alike(facts: PileFacts, first: WorkItem, language: str | None) -> Sentence:
    """Of one change: whom it is for is a number. Else the sentence of one, for all of them."""
    changes = changes_of(first)
    if facts.people < MANY:
        return sentence_of(first, changes, language)
    change = changes[0]
    if change.operation in COUNTED:
        return counted(change, facts.people)
    words = ngettext("%(count)s person", "%(count)s people", facts.people)
    people = Part(words % {"count": number_format(facts.people)}, is_name=True)
    return change_sentence(change, language, {GIVEN: (people,)})
