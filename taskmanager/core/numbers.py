"""Numbers as the active language groups their digits."""

from functools import lru_cache

from django.utils import formats

from taskmanager.core.language import language


def number_format(value: float) -> str:
    """As Django's, and kept: Django asks for the language's format five times a number."""
    return _number_format(language(), value)


@lru_cache(maxsize=10_000, typed=True)
def _number_format(_language: str | None, value: float) -> str:
    return formats.number_format(value)
