"""What a trouble with SailPoint means for a request, wherever in the answer it is told."""

import logging

from taskmanager.signin.request import SignedInRequest
from taskmanager.signin.token_store import end_admin
from workitems.domain.results import ListForbidden
from workitems.isc.errors import Forbidden, IscError
from workitems.view_models.problem import Problem

log = logging.getLogger("workitems.errors")


def told(request: SignedInRequest, error: IscError) -> Problem:
    """The error in words for the person, and a line in the log."""
    problem = Problem.of(error, is_write=request.method == "POST")
    kind = type(error).__name__
    log.warning("%s on %s, SailPoint request %s", kind, request.path, problem.request_id or "-")
    return problem


def was_refused_to_admin(request: SignedInRequest, error: IscError) -> bool:
    """Whether ISC would have answered an administrator, and this person counted as one until now.

    They do not any more.
    """
    owner_id = request.GET.get("owner", "")
    is_other = request.person is not None and owner_id not in {"", request.person.id}
    is_refused = request.method != "POST" and isinstance(error, Forbidden | ListForbidden)
    return is_other and is_refused and end_admin(request)
