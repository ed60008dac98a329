"""Whose queue is on the page, and may this person see it?"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from taskmanager.signin.person import Person, person_of


@dataclass(frozen=True)
class Lens:
    """The queue that is looked at: one's own, or, for an admin, somebody else's."""

    person: Person
    owner_id: str
    owner_name: str = ""
    home: str = "/"

    @property
    def items_url(self) -> str:
        """What stands before each work item's id: a list would else resolve it for every row."""
        return f"{self.home}work-items/"

    @property
    def is_other(self) -> bool:
        return self.owner_id != self.person.id

    @property
    def query(self) -> str:
        """What every address on the page carries, so that the lens survives each step."""
        return owner_query(self.owner_id) if self.is_other else ""

    @property
    def extra(self) -> str:
        """The same, behind another parameter."""
        return "&" + urlencode({"owner": self.owner_id}) if self.is_other else ""

    def is_elsewhere(self, owner_id: str) -> bool:
        """An admin meets a work item of another queue than the one that the page names."""
        return bool(owner_id) and owner_id != self.owner_id and self.person.is_admin

    def on(self, owner_id: str) -> "Lens":
        """The same person's look at another queue."""
        return replace(self, owner_id=owner_id, owner_name="")


def lens_of(request: HttpRequest) -> Lens:
    """The lens of `?owner=`; PermissionDenied (403) unless it is one's own or one is an admin.

    Called before anything is asked of ISC: a refused lens costs no upstream call.
    """
    person = person_of(request)
    lens = Lens(person, request.GET.get("owner", "") or person.id, home=address(request, "list"))
    if lens.is_other:
        require_admin(person)
    return lens


def address(request: HttpRequest, name: str, *args: str) -> str:
    """The address of a view of ours: in a frame, the frame's."""
    namespace = request.resolver_match.namespace if request.resolver_match else None
    return reverse(f"workitems:{name}", args=args, current_app=namespace)


def require_admin(person: Person) -> None:
    if not person.is_admin:
        raise PermissionDenied(_("Only an administrator may look at somebody else's work items."))


def owner_query(owner_id: str) -> str:
    return "?" + urlencode({"owner": owner_id})
