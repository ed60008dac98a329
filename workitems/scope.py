"""Whose queue is looked at, and may this person see it?"""

from dataclasses import dataclass, replace

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from taskmanager.core.characters import spelt_out
from taskmanager.signin.values import Person


@dataclass(frozen=True)
class Owner:
    """Whose queue it is; `name` is empty until somebody has looked it up."""

    id: str
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or spelt_out(self.id)


@dataclass(frozen=True)
class QueueScope:
    """The queue of `owner` as `actor` sees it: one's own, or, for an admin, somebody else's."""

    actor: Person
    owner: Owner

    @classmethod
    def requested(cls, actor: Person, owner_id: str) -> "QueueScope":
        """The queue of `?owner=`, else one's own. PermissionDenied, before any call to ISC."""
        scope = cls(actor, Owner(owner_id or actor.id))
        if scope.is_other:
            require_admin(actor)
        return scope

    @property
    def is_other(self) -> bool:
        return self.owner.id != self.actor.id

    def is_elsewhere(self, owner_id: str) -> bool:
        """Whether an admin meets a work item of another queue than the one the page names."""
        return bool(owner_id) and owner_id != self.owner.id and self.actor.is_admin

    def on(self, owner_id: str) -> "QueueScope":
        """The same person's look at another queue."""
        return replace(self, owner=Owner(owner_id))

    def named(self, name: str) -> "QueueScope":
        return replace(self, owner=replace(self.owner, name=name))


def require_admin(person: Person, what_for: str = "") -> None:
    """Raises PermissionDenied (403) for everybody but an administrator.

    `what_for` is the sentence for them, by default of somebody else's queue.
    """
    if not person.is_admin:
        queue = _("Only an administrator may look at somebody else's work items.")
        raise PermissionDenied(what_for or queue)
