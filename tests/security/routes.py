"""All URLs of the product, collected from its urlconf."""

import re
from collections.abc import Iterator
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

from taskmanager.core.addresses import WIDGET_PREFIX
from taskmanager.embed.middleware import UNFRAMED


def _walk(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, route)
        elif isinstance(entry, URLPattern):
            route = re.sub(r"<uuid:[^>]+>", str(UUID(int=1)), route)
            yield re.sub(r"<[^>]+>", "an-id", route)


ADDRESSES = sorted(set(_walk(get_resolver())))


def is_framed(address: str) -> bool:
    """Whether pages of other sites may frame the address."""
    return address.startswith(WIDGET_PREFIX) and address not in UNFRAMED
