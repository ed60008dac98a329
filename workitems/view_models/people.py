"""People who are found or offered, to be chosen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from taskmanager.core.characters import isolated
from workitems.domain.policy import ForwardRefusal, forward_refusal
from workitems.domain.results import FoundPeople
from workitems.isc.names import is_divided
from workitems.isc.schemas import PublicIdentity
from workitems.suggestions import Reason, Suggestion
from workitems.view_models.labels import Text

REFUSALS: Final[Mapping[ForwardRefusal, Text]] = {
    ForwardRefusal.OWN: _("This is you: the work item already is in your queue."),
    ForwardRefusal.OWNER: _("The work item already is in this person's queue."),
    ForwardRefusal.INACTIVE: _("This person is inactive and would never see it."),
}
OFFERS: Final[Mapping[Reason, Text]] = {
    Reason.RECENT: _("You forwarded to them lately"),
    Reason.MY_MANAGER: _("Your manager"),
    Reason.REQUESTERS_MANAGER: _("Manager of %(name)s, who asked for it"),
}


@dataclass(frozen=True)
class SearchSummary:
    """What a search for people came to. `text` is what was looked for, "" where it is too short;
    `is_more`: not all are shown; `is_divided`: the text was also taken as first and last name.
    """

    text: str
    count: int
    is_more: bool
    is_divided: bool
    suggested: int = 0  # people who are offered in the place of a search

    @classmethod
    def of(cls, text: str, found: FoundPeople, suggested: int = 0) -> "SearchSummary":
        return cls(text, len(found.people), found.is_more, is_divided(text), suggested)


@dataclass(frozen=True)
class PersonOption:
    """Somebody who is found or offered; `refusal` says why they cannot be chosen."""

    id: str
    name: str
    hint: str
    refusal: Text

    @classmethod
    def of(
        cls,
        person: PublicIdentity,
        *,
        owner_id: str,
        actor_id: str,
        offered: Suggestion | None = None,
    ) -> "PersonOption":
        reasons = _reasons(offered) if offered else ()
        hint = " · ".join(filter(None, (*reasons, person.alias, person.email)))
        refusal = forward_refusal(person, owner_id=owner_id, actor_id=actor_id)
        words = REFUSALS[refusal] if refusal else ""
        return cls(person.id, person.name or person.alias, hint, words)


def _reasons(offered: Suggestion) -> Iterable[str]:
    name = {"name": isolated(offered.requester)}
    return (str(OFFERS[reason]) % name for reason in offered.reasons)
