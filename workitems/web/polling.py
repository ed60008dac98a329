"""How an open page keeps up: 304 where nothing has changed, and when to ask again.

Browsers keep no answer of ours (`no-store`), so the page's script sends the ETag of the numbers
that it shows. The server says when each page has its turn: all together they keep to the budget.
"""

import math
import random
import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from workitems.domain.results import Counts
from workitems.wiring import budget

EVERY: Final = 60.0  # seconds between two polls of a page, where the budget allows it
SPREAD: Final = 0.1  # of that, at random: pages that were opened together do not ask together


def first_poll() -> int:
    """In how many seconds a new page asks by itself: it has no turn of its own before that."""
    return math.ceil(EVERY * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 - no secret


def next_poll(*, is_free: bool) -> int:
    """In how many seconds the page that has just asked may ask again."""
    return math.ceil(budget().turn(first_poll(), is_free=is_free))


def polled(
    request: HttpRequest,
    fresh: Counts,
    answer: Callable[[], HttpResponse],
    *,
    is_free: bool,
) -> HttpResponseBase:
    """304 where the page shows these numbers already, else the answer; and the page's next turn.

    `is_free`: it has cost no call.
    """
    response = get_conditional_response(request, etag=fresh.etag) or answer()
    response.headers["ETag"] = fresh.etag
    response.headers["Next-Poll"] = str(next_poll(is_free=is_free))
    if fresh.as_of:
        response.headers["Age"] = str(max(0, int(time.time() - fresh.as_of)))
    return response
