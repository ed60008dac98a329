"""Numbers as the active language groups their digits."""

from functools import lru_cache

from django.utils.formats import number_format as written
from django.utils.translation import get_language


def number_format(value: float) -> str:
    return _written(get_language(), value)


@lru_cache(maxsize=10_000, typed=True)
def _written(_language: str | None, value: float) -> str:
    """Django asks for the language's format five times a number, and a page repeats few."""
    return written(value)
