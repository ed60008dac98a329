"""One page of the ledger."""

from dataclasses import dataclass
from typing import Final

from workitems.audit import NAMES_OPENED, Found
from workitems.domain.queue_query import QueueQuery
from workitems.view_models.audit import AuditRow
from workitems.view_models.page import Pager

SIZE: Final = 50


@dataclass(frozen=True)
class AuditPage:
    """`searched` is how many rows were opened for a name, 0 where that were all there are."""

    rows: tuple[AuditRow, ...]
    pager: Pager
    searched: int

    @classmethod
    def of(cls, found: Found, number: int) -> "AuditPage":
        total = found.rows.count()
        number = min(number, max(1, -(-total // SIZE)))  # rows are deleted while people read
        shown = found.rows[(number - 1) * SIZE : number * SIZE]
        rows = tuple(AuditRow.of(row) for row in shown)
        pager = Pager.of(QueueQuery(SIZE, page=number), rows=len(rows), total=total)
        return cls(rows, pager, NAMES_OPENED if found.is_cut else 0)
