"""What our middlewares put on every request, as views and templates may rely on it."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class AppRequest(HttpRequest):
    """A request after `embed.middleware` and django-htmx have seen it.

    `embedded`: the address is one that a frame shows. `layout`: the template that its pages
    extend. `home`: the first page of the site, or of the frame. `has_own_session`: the session
    belongs to the frame alone, in a cookie of its own. `frame_session_key`: what the frame's own
    cookie holds, whether or not it is in use; None without one.
    """

    htmx: "HtmxDetails"
    embedded: bool
    layout: str
    home: str
    has_own_session: bool
    frame_session_key: str | None
