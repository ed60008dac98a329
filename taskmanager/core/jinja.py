"""The one template environment. A name that nobody has defined is an error, not an empty string."""

import html
import re
from collections.abc import Hashable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final

import markupsafe
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language_bidi, gettext, ngettext
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.ext import Extension, InternationalizationExtension
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from taskmanager.core.addresses import with_query
from taskmanager.core.characters import isolated
from taskmanager.core.clock import iso, written, zone, zone_cookie, zone_name_now
from taskmanager.core.language import language
from taskmanager.core.numbers import number_format

escape = lru_cache(maxsize=10_000)(html.escape)  # a page repeats its names, and so do its polls
PLACE = re.compile(r"\{(\w+)\}")


class Unindented(Extension):
    """Leaves the indentation of templates out of the pages: it is for who reads the templates."""

    def preprocess(self, source: str, *_: Any) -> str:
        return re.sub(r"(?m)^[ \t]+", "", source)


class Pages(Environment):
    """Its templates share one table of names: Jinja puts one over it for each, which is asked for
    all of its names at each import.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def environment(**options: Any) -> Environment:
    """What `TEMPLATES` asks Django's Jinja2 backend to build; `options` are the backend's own."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    options["cache_size"] = -1  # all stay, in a plain dict: a page looks into it twenty times
    extensions = (InternationalizationExtension, Unindented)
    made = Pages(**options, extensions=extensions)
    # The new style wraps each text in two more calls: a page of rows took a tenth longer.
    made.install_gettext_callables(translated, ngettext, newstyle=False)  # type: ignore[attr-defined]
    made.globals |= {
        "_": translated,  # Jinja's own looks `gettext` up in the context, each time
        "remembered": remembered,
        "here": here,
        "static": lru_cache(static),  # a file's address stays the same while the process lives
        "url": url,
        "language": language,
        "languages": lambda: dict(settings.LANGUAGES),
        "is_right_to_left": get_language_bidi,
        "htmx_script": lru_cache(htmx_script),  # the same
        "now": now,
        "zone": zone,
        "zone_cookie": zone_cookie,
        "zone_name_now": zone_name_now,
    }
    made.filters |= {"moment": written, "iso": iso, "emphasised": emphasised, "filled": filled}
    made.filters |= {"in_query": in_query, "number": number_format, "isolated": isolated}
    return made


def translated(message: str) -> str:
    return _translation(language(), message)


@lru_cache(maxsize=10_000)
def _translation(_language: str | None, message: str) -> str:
    """Looked up once for each language, which is the active one: pages repeat few messages."""
    return gettext(message)


def emphasised(parts: Iterable[Any]) -> Markup:
    """A sentence with its names in bold: each part has `text` and `is_name`.

    A macro for this takes five times as long, row by row.
    """
    pieces = [
        f'<b dir="auto">{escape(part.text)}</b>' if part.is_name else escape(part.text)
        for part in parts
    ]
    return Markup("".join(pieces))  # noqa: S704 - each piece is escaped


class Known(dict[str, str]):
    """What is filled in. A name that nobody fills in stands for itself."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


NOTHING: Final = Known()


def filled(written: Markup, common: Known = NOTHING, **values: object) -> Markup:
    """HTML that was written once for many rows, with `{name}` replaced by each escaped value.

    `common` is what all rows of a page fill in alike, `escaped` once.
    """
    known = Known(common)
    for name, value in values.items():
        if type(value) is str:
            known[name] = escape(value)
        else:  # markup, or safe for Django, such as the CSRF field: no cache may keep that one
            known[name] = markupsafe.escape(value)
    return Markup(_as_format(written) % known)  # noqa: S704 - by a template, and escaped


def escaped(**values: object) -> Known:
    """The values as `filled` writes them; not remembered, because each page has its own."""
    return Known((name, str(markupsafe.escape(value))) for name, value in values.items())


@lru_cache(maxsize=512)  # fifty rows of one page fill in the same few pieces
def _as_format(written: Markup) -> str:
    return PLACE.sub(r"%(\1)s", str(written).replace("%", "%%"))


@pass_context
def here(context: Context) -> SimpleNamespace:
    """What the page knows, for a macro that asks for much of it.

    Imported `with context` a macro is made anew for each page, and keeps the page in memory until
    the garbage collector comes by.
    """
    return SimpleNamespace(**context.get_all())


def remembered(macro: Macro, *args: Hashable) -> Markup:
    """What a macro writes that asks for nothing but the language and these few arguments.

    For what stands on every page and is the same on most: no text of a person's.
    """
    return _remembered(language(), macro, *args)


@lru_cache(maxsize=512)
def _remembered(_language: str | None, macro: Macro, *args: Hashable) -> Markup:
    return Markup(macro(*args))  # noqa: S704 - a macro has escaped it


def in_query(values: Mapping[str, object], **more: object) -> str:
    """The values as the query that ends an address: "" or "?a=b"."""
    return with_query("", **values, **more)


@lru_cache(maxsize=1_000)
def url(name: str, *args: object) -> str:
    """The address of a view, for names that mean the same on the full page and in a frame."""
    return reverse(name, args=args)
