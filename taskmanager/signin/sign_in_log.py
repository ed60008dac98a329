"""One line of the log for each sign-in and sign-out, with what a search needs as fields."""

import logging
from typing import Final

log = logging.getLogger("taskmanager.signin")

PAGE: Final = "page"
WIDGET: Final = "widget"


def log_sign_in(event: str, *, outcome: str, actor_id: str = "", **more: str) -> None:
    """Without names and tokens. `actor_id` is the identity's; `more` are fields of this event.

    A refusal is a warning: `reason` is its code, `detail` may be text from outside.
    """
    level = logging.WARNING if outcome == "refused" else logging.INFO
    fields = {"actor": actor_id, "outcome": outcome, **more}
    log.log(level, event, extra={"fields": fields})
