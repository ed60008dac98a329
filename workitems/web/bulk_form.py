"""Many work items in one form: as they were confirmed, each with what the ledger needs of it."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _

from workitems.domain.attempts import Press
from workitems.domain.change_mark import fingerprint
from workitems.isc.lenient import is_usable_id
from workitems.isc.schemas import WorkItem
from workitems.services.bulk import is_single, lines_of
from workitems.view_models.rows import TaskRow
from workitems.web.marks import Marked, Marks

MOST_ITEMS = 2_000  # in one run


@dataclass(frozen=True)
class Confirmed:
    """One work item as the confirmation showed it. `mark` signs `shown` for the person, and says
    whether it was shown without a flag that asks.
    """

    id: str
    fingerprint: str
    lines: tuple[str, ...]
    is_single: bool
    mark: str
    shown: str

    @classmethod
    def of(cls, item: WorkItem, row: TaskRow, marks: Marks, *, is_flagged: bool) -> "Confirmed":
        mark = (marks.asked if is_flagged else marks.plain)(item.id, row.shown)
        return cls(item.id, fingerprint(item), lines_of(item), is_single(item), mark, row.shown)

    def marked(self, actor_id: str) -> Marked:
        return Marked(self.mark, self.shown, self.id, actor_id)

    def press(self, like: Press, actor_id: str) -> Press:
        """The press of this item alone, out of the one of the form."""
        return replace(like, shown=self.marked(actor_id).before, fingerprint=self.fingerprint)


def written(items: Iterable[Confirmed]) -> str:
    """As the form carries them, in one field: browsers and servers limit the number of fields.

    Without the names of their values, which would be a quarter of a page with 2,000.
    """
    return json.dumps([astuple(item) for item in items], separators=(",", ":"))


def read(text: str) -> list[Confirmed]:
    """Raises BadRequest for what no form of ours has written."""
    try:
        found = [
            Confirmed(id_, fingerprint_, tuple(lines), *rest)
            for id_, fingerprint_, lines, *rest in json.loads(text)
        ]
        is_sound = all(
            isinstance(value, str)
            for item in found
            for value in (item.id, item.fingerprint, item.mark, item.shown, *item.lines)
        ) and all(is_usable_id(id_) for item in found for id_ in (item.id, *item.lines))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadRequest(_("This form makes no sense. Please select the tasks again.")) from error
    if not is_sound or not 0 < len(found) <= MOST_ITEMS:
        raise BadRequest(_("This form makes no sense. Please select the tasks again."))
    return list({item.id: item for item in found}.values())
