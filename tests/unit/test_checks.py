"""The product's own checks for `manage.py check --deploy`."""

import pytest
from django.conf import LazySettings

from taskmanager.checks import public_url_is_https, session_keys_stand_apart


@pytest.mark.parametrize(
    ("public_url", "found"),
    [("http://localhost:8000", ["taskmanager.W001"]), ("https://tasks.example.com", [])],
)
def test_a_deployment_is_reached_over_https(
    settings: LazySettings, public_url: str, found: list[str]
) -> None:
    settings.PUBLIC_URL = public_url

    assert [message.id for message in public_url_is_https()] == found


@pytest.mark.parametrize(
    ("keys", "found"),
    [([], ["taskmanager.W002"]), (["the-secret"], ["taskmanager.W002"]), (["other"], [])],
)
def test_sessions_have_a_key_of_their_own(
    settings: LazySettings, keys: list[str], found: list[str]
) -> None:
    settings.SECRET_KEY = "the-secret"
    settings.SESSION_KEYS = keys

    assert [message.id for message in session_keys_stand_apart()] == found
