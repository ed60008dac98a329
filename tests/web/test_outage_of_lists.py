"""A database that fails once the session has been read: what a list, a search and a file say."""

from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.web.conftest import HTMX, AsUser, parsed, words
from tests.web.test_storage import WORDS, is_shell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_lists")]


def refuse(execute: Any, sql: str, *more: Any) -> Any:
    if "workitems_" in sql:
        raise OperationalError("connection refused")
    return execute(sql, *more)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
@pytest.mark.parametrize(
    "address", ["/?tab=pending", "/?q=vpn", "/?page=2", "/index/", "/export.csv"]
)
def test_each_answers_in_our_words(as_user: AsUser, address: str, headers: dict[str, str]) -> None:
    browser = as_user("heavy")
    browser.raise_request_exception = False
    browser.get("/")
    with connection.execute_wrapper(refuse):
        response = browser.get(address, headers=headers)
    assert not is_shell(response)
    assert (response.status_code, WORDS in words(parsed(response))) == (503, True)


def test_a_view_that_cannot_be_saved_is_told(as_user: AsUser) -> None:
    browser = as_user("approver")
    browser.raise_request_exception = False
    with connection.execute_wrapper(refuse):
        response = browser.post("/views/?q=vpn", {"name": "VPN"})
    assert (response.status_code, WORDS in words(parsed(response))) == (503, True)
