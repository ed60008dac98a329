"""A page is gone from memory once it is sent, and does not wait for the garbage collector."""

import gc

import pytest

from tests.web.conftest import Browser
from workitems.view_models.page import TaskPage


@pytest.mark.parametrize("address", ["/", "/?find=1", "/?group=alike&find=1"])
def test_no_list_stays_behind(approver: Browser, address: str) -> None:
    approver.get(address)
    gc.collect()
    gc.disable()
    try:
        approver.get(address)
        assert not [one for one in gc.get_objects() if type(one) is TaskPage]
    finally:
        gc.enable()
