"""Names in claims come from any directory: what shows nothing there is absent."""

from typing import Any

import pytest

from taskmanager.signin.errors import SignInRefused
from taskmanager.signin.providers.claims import merged, person_from
from taskmanager.signin.values import Person, ProviderConfig

CONFIG = ProviderConfig(
    issuer=None,
    isc_base_url="https://acme.api.identitynow.com",
    client_id="an-id",
    client_secret=None,
    scopes=(),
    identity_claim="",
    admin_claim="authorities",
    admin_values=(),
    auditor_values=(),
)


def person(**claims: Any) -> Person:
    return person_from(claims, CONFIG, "sub")


@pytest.mark.parametrize("blank", [" ", "\u200b", "\u3164", "\u2066\u2069"])
def test_a_name_that_shows_nothing_falls_back_as_a_missing_one(blank: str) -> None:
    named = person(sub="id-1", name=blank, given_name="Zofia", family_name=blank, alias=blank)
    assert (named.name, named.alias) == ("Zofia", "id-1")
    assert person(sub="id-1", name=blank, uid="zofia").name == "zofia"


def test_a_blank_claim_does_not_hide_the_one_of_a_later_document() -> None:
    assert merged({"name": "\u200b"}, {"name": "Zofia"}) == {"name": "Zofia"}


def test_a_name_is_without_what_reorders_it_and_the_id_is_as_it_came() -> None:
    signed_in = person(sub="i\u00add", name="Zofia \u202enimda", preferred_username="zo\u200bfia")
    assert (signed_in.id, signed_in.name, signed_in.alias) == ("i\u00add", "Zofia nimda", "zofia")


def test_an_id_that_shows_nothing_is_none() -> None:
    with pytest.raises(SignInRefused):
        person(sub="\u3164")
