"""An id that no work item can have is refused before anything is recorded of it."""

import pytest

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser
from workitems.models import Attempt

pytestmark = pytest.mark.django_db
LONG = "0123456789abcdef" * 17  # 272 characters: more than the ledger's columns hold
ADDRESSES = (
    f"/work-items/{LONG}/approve/line/",
    f"/work-items/item/reject/{LONG}/",
    f"/work-items/{LONG}/complete/",
    f"/work-items/{LONG}/forward/",
    f"/work-items/{LONG}/account-selection/",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("is_htmx", [False, True])
def test_a_press_on_an_id_that_is_too_long_is_not_found(
    approver: Browser, sandbox: Sandbox, address: str, is_htmx: bool
) -> None:
    sandbox.calls.clear()
    headers = {"HX-Request": "true"} if is_htmx else {}
    sent = {"target": "x" * 32, "comment": "x", "confirmed": "1"}

    answer = approver.post(address, sent, headers=headers)

    assert answer.status_code == 404
    assert sandbox.api_calls == []
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("address", ["/", "/counts/", f"/work-items/{LONG}/", "/people/?q=an"])
def test_an_owner_whose_id_is_too_long_has_no_queue(
    as_user: AsUser, sandbox: Sandbox, address: str
) -> None:
    admin = as_user("admin")
    sandbox.calls.clear()
    assert admin.get(address, {"owner": LONG}).status_code == 404
    assert sandbox.api_calls == []
