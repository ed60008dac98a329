"""What our middlewares put on every request, as views and templates may rely on it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from taskmanager.core.appearance import Appearance, KeptAppearance


class AppRequest(HttpRequest):
    """A request after `embed.middleware` and django-htmx have seen it."""

    htmx: HtmxDetails
    embedded: bool  # the address is one that a frame shows
    has_own_session: bool  # the session belongs to the frame alone, in a cookie of its own
    appearance: Appearance
    new_appearance: KeptAppearance | None  # what the answer has the browser keep
    frame_session_key: str | None  # in the frame's own cookie, in use or not
