"""What the domain and the services need of the world outside, as protocols."""

from collections.abc import Mapping
from typing import Protocol

from workitems.isc.schemas import WorkItem


class Credentials(Protocol):
    """The person's access token, as the services see it."""

    def renew(self) -> bool:
        """Replace a refused token; False if the person must sign in. Raises CannotRenew."""


class WorkItemsClient(Protocol):
    """The writing operations of ISC's Work Items API: what a command sends itself with.

    `values` is keyed on field name. Each returns the work item as ISC sent it back, None if it sent
    nothing, and raises a child of IscError; OutcomeUnknown where ISC may or may not have done it.
    """

    def approve_approval_item(
        self, work_item_id: str, approval_item_id: str
    ) -> WorkItem | None: ...
    def reject_approval_item(self, work_item_id: str, approval_item_id: str) -> WorkItem | None: ...
    def approve_approval_items_in_bulk(self, work_item_id: str) -> WorkItem | None: ...
    def reject_approval_items_in_bulk(self, work_item_id: str) -> WorkItem | None: ...
    def complete_work_item(self, work_item_id: str) -> WorkItem | None: ...
    def submit_account_selection(
        self, work_item_id: str, values: Mapping[str, object]
    ) -> WorkItem | None: ...
    def forward_work_item(
        self, work_item_id: str, *, target_owner_id: str, comment: str, send_notifications: bool
    ) -> WorkItem | None: ...
