"""One line of the log for each end of a decision: who did what for whom, as fields."""

import logging

log = logging.getLogger("workitems.decisions")


def log_end(
    *,
    command: str,
    item_id: str,
    part: str,
    actor_id: str,
    owner_id: str,
    status: str,
    request_id: str = "",
) -> None:
    """Without names or typed text. `part` is the id of the approval item, "" for the whole item."""
    fields = {
        "command": command,
        "work_item": item_id,
        "approval_item": part,
        "actor": actor_id,
        "owner": owner_id,
        "status": status,
        "sailpoint_request": request_id,
    }
    log.info("decision", extra={"fields": fields})
