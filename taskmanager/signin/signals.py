"""What sign-in tells others, without knowing them."""

from enum import StrEnum
from typing import Final

from django.dispatch import Signal


class Ending(StrEnum):
    """Why a session ends."""

    SIGNED_OUT = "signed out"  # by the person, here, or in the page that the widget belongs to
    ENDED_ELSEWHERE = "ended elsewhere"  # from the page of sessions, or by manage.py endsessions
    BY_PROVIDER = "by the provider"  # back-channel logout
    REFUSED = "refused"  # its token is not accepted any more
    REPLACED = "replaced"  # by a new sign-in in the same browser
    EXPIRED = "expired"  # it has run out


# Sent with `row`, the key of a session's row, and `reason`, an `Ending`, for each session of the
# full page and of a widget, while the row and its tokens are still there. A receiver may use the
# tokens until `until` (`time.monotonic`).
session_ending: Final = Signal()
