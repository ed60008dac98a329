"""ISC's errors as answers: one class of error, one status, one set of words."""

import logging
from http import HTTPStatus

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from django_htmx.http import push_url

from taskmanager.core.appearance import KeptAppearance, kept_in, mark_of, show_as
from taskmanager.core.htmx import notice_response, render
from taskmanager.signin.prompts import is_read_by_host, token_refused
from taskmanager.signin.request import SignedInRequest
from workitems import preferences
from workitems.isc.errors import Forbidden, IscError, NotFound, SignInAgain
from workitems.view_models.problem import Problem
from workitems.web.context import ActionContext
from workitems.web.looks import ReasonNeeded, reason_first
from workitems.web.responses import Changes, removed_response
from workitems.web.selection_form import secret_label
from workitems.web.trouble import told, was_refused_to_admin

log = logging.getLogger("workitems.errors")


class ChosenAppearanceMiddleware(MiddlewareMixin):
    """What a person has chosen, where the browser has no copy of it from this sign-in yet."""

    def process_view(self, request: SignedInRequest, *_: object) -> None:
        if request.person is None:
            return
        mark = mark_of(request.session.session_key or "")
        kept = kept_in(request.COOKIES, is_framed=request.embedded)
        known = next((one for one in kept if one.mark == mark), None)
        if known is None:
            chosen = preferences.of_person(request.person.id)
            known = KeptAppearance(mark, preferences.appearance_of(chosen))
            request.new_appearance = known
        show_as(request, known.appearance)


class IscErrorMiddleware(MiddlewareMixin):
    """Views never catch: what the service raises becomes a page or a notice here."""

    def process_exception(
        self, request: SignedInRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, SignInAgain):
            return token_refused(request)
        if isinstance(exception, ReasonNeeded):
            return reason_first(request)
        if isinstance(exception, IscError):
            return self.answer(request, exception)
        if isinstance(exception, BadRequest):
            return show(request, refused(request, exception))
        if isinstance(exception, PermissionDenied):
            _log_refused(request)
            title = _("You may not do this")
            problem = Problem(HTTPStatus.FORBIDDEN, title, str(exception), is_final=True)
            return show(request, problem)
        return None

    def answer(self, request: SignedInRequest, error: IscError) -> HttpResponse:
        problem = told(request, error)
        if was_refused_to_admin(request, error):
            return show(request, problem)  # without the queue's banner, which is not theirs to see
        item_id = request.resolver_match.kwargs.get("item_id") if request.resolver_match else None
        if request.htmx and item_id and isinstance(error, NotFound | Forbidden):
            words = f"{problem.title}. {problem.text}"
            changes = Changes(status=words, tone="warning", request_id=problem.request_id)
            context = ActionContext.unrecorded(request)  # the view has recorded its look
            reply = removed_response(context, changes, words, problem.status)
            return push_url(reply, url=False)
        return show(request, problem)


def refused(request: SignedInRequest, error: BadRequest) -> Problem:
    """Whoever pressed a button has given no address; all that is said of it then is the text."""
    is_read = request.method != "POST"
    title = _("This address makes no sense") if is_read else _("Nothing was done")
    return Problem(HTTPStatus.BAD_REQUEST, title, str(error), is_final=True)


def _log_refused(request: SignedInRequest) -> None:
    """Without the query, which may hold what somebody typed; but whose queue they asked for."""
    fields = {
        "actor": request.person.id if request.person else "",
        "path": request.path[:200],
        "owner": request.GET.get("owner", "")[:100],
    }
    log.warning("not allowed", extra={"fields": fields})


def show(request: SignedInRequest, problem: Problem) -> HttpResponse:
    """Where the person acted: in the form's own notice, above the list, or on a page of its own."""
    if is_read_by_host(request):
        words = {"signed_in": True, "error": f"{problem.title}. {problem.text}"}
        response: HttpResponse = JsonResponse(words, status=problem.status)
    else:
        response = _shown(request, problem)
    if problem.wait is not None:
        response["Retry-After"] = str(problem.wait)
    return response


def _shown(request: SignedInRequest, problem: Problem) -> HttpResponse:
    is_write = request.method == "POST"
    can_resend = is_write and problem.can_resend and not problem.is_final
    is_admin = request.person is not None and request.person.is_admin
    # The banner of somebody else's queue, also over a page in trouble.
    shared = ActionContext.unrecorded(request).template() if is_admin else {}
    context = {
        **shared,
        "problem": problem,
        "retry_url": "" if is_write else request.get_full_path(),
        "action": request.get_full_path(),
        "can_resend": can_resend,
        "resend": sent_fields(request) if can_resend else [],
        "secrets": typed_secrets(request) if can_resend else {},
    }
    answer = notice_response if request.htmx else render
    return answer(request, "workitems/error.html", context, status=problem.status)


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form without JavaScript sent, so that nothing typed is lost with the page.

    Save secrets, which no page repeats: they are asked for once more.
    """
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not secret_label(name)
        for value in values
    ]


def typed_secrets(request: HttpRequest) -> dict[str, str]:
    """The labels of the secrets that were sent, by the names of their fields."""
    return {
        name: secret_label(name)
        for name, value in request.POST.items()
        if value and secret_label(name)
    }
