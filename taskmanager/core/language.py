"""The language of what is being written, asked for once a page.

`get_language` takes some microseconds, and the texts and numbers of a page ask a hundred times.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import get_language

_of_page: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str | None:
    """The active one; None where translations are off."""
    return _of_page.get() or get_language()


@contextmanager
def one_language() -> Iterator[None]:
    """Nothing within it activates another one."""
    token = _of_page.set(get_language())
    try:
        yield
    finally:
        _of_page.reset(token)
