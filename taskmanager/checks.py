"""`manage.py check --deploy`: what Django cannot know about this product."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004


@register(Tags.security, deploy=True)
def public_url_is_https(**_: Any) -> list[CheckMessage]:
    """Sign-in codes and session cookies need an encrypted connection."""
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [Warning("PUBLIC_URL is not an https address.", id="taskmanager.W001")]


@register(Tags.security, deploy=True)
def session_keys_stand_apart(**_: Any) -> list[CheckMessage]:
    """Otherwise neither can be changed without the other, and both leak together."""
    if settings.SESSION_KEYS and settings.SECRET_KEY not in settings.SESSION_KEYS[:1]:
        return []
    advice = "Sessions are encrypted with SECRET_KEY. Give SESSION_KEYS a key of its own."
    return [Warning(advice, id="taskmanager.W002")]
