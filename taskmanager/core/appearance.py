"""Language, theme and density as a person has chosen them, and the cookie that brings them along.

Stored on the server by who knows the person; the cookie is a copy, so that a page needs no query
for it, and that a browser looks the same before the sign-in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

THEMES: Final = (("", _("As the system")), ("light", _("Light")), ("dark", _("Dark")))
DENSITIES: Final = (("dense", _("Dense")), ("comfortable", _("Comfortable")))
SYSTEM_LANGUAGE: Final = ("", _("As the browser asks"))
YEAR: Final = 365 * 24 * 3600  # seconds
FRAME_COOKIE: Final = "__Host-widget-appearance"
MARK_LENGTH: Final = 16


@dataclass(frozen=True)
class Appearance:
    """ "" is what the system or the browser says."""

    language: str = ""
    theme: str = ""
    density: str = "dense"


@dataclass(frozen=True)
class KeptAppearance:
    """What a cookie says, and for which session it was read from the person's settings."""

    mark: str
    appearance: Appearance

    @property
    def value(self) -> str:
        chosen = self.appearance
        return ".".join((self.mark, chosen.language, chosen.theme, chosen.density))


def show_as(request: HttpRequest, chosen: Appearance) -> None:
    """Look and speak like that for the rest of the request; a frame's page may say otherwise."""
    before, request.appearance = request.appearance, chosen  # type: ignore[attr-defined]
    widget = getattr(request, "widget", None)
    if chosen.language != before.language and not (widget and widget.lang):
        asked = chosen.language or translation.get_language_from_request(request)
        translation.activate(asked)
        request.LANGUAGE_CODE = translation.get_language()


def mark_of(session_key: str) -> str:
    """By it a later request knows that the copy is of this very sign-in."""
    return salted_hmac("appearance", session_key).hexdigest()[:MARK_LENGTH]


def kept_in(cookies: Mapping[str, str], *, is_framed: bool) -> tuple[KeptAppearance, ...]:
    """What the cookies say. In a frame on the same site the full page's comes along, and leads."""
    names = (_page_cookie(), FRAME_COOKIE) if is_framed else (_page_cookie(),)
    found = (_parsed(cookies.get(name, "")) for name in names)
    return tuple(one for one in found if one)


def keep(response: HttpResponseBase, kept: KeptAppearance, *, is_framed: bool) -> None:
    """For a year: by then a browser that is used has been given it anew."""
    name = FRAME_COOKIE if is_framed else _page_cookie()
    is_secure = is_framed or settings.SESSION_COOKIE_SECURE
    same_site: Literal["Lax", "None"] = "None" if is_framed else "Lax"
    response.set_cookie(name, kept.value, YEAR, secure=is_secure, httponly=True, samesite=same_site)
    if is_framed:
        response.cookies[name]["partitioned"] = True


def _page_cookie() -> str:
    return "__Host-appearance" if settings.SESSION_COOKIE_SECURE else "appearance"


@lru_cache(maxsize=1_000)  # each page asks twice, and few are chosen differently
def _parsed(value: str) -> KeptAppearance | None:
    mark, *chosen = value.split(".")
    allowed = ({"", *dict(settings.LANGUAGES)}, dict(THEMES), dict(DENSITIES))
    if len(chosen) != len(allowed) or any(a not in b for a, b in zip(chosen, allowed, strict=True)):
        return None
    return KeptAppearance(mark, Appearance(*chosen))
