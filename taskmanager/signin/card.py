"""What a framed page shows to somebody who is not signed in: a button, never a redirect."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django_htmx.http import reswap, retarget

from taskmanager.embedding import PREFIX
from taskmanager.signin import handoff

if TYPE_CHECKING:
    from taskmanager.signin.person import SignedRequest

TEMPLATE = "widget/signin.html"


def sign_in_card(request: HttpRequest, *, is_refused: bool = False) -> HttpResponse:
    """401 with the button: as a page, beside what the person pressed, or as data for the script.

    The page keeps working with the session that this answer begins: its CSRF token and the name
    of its hand-off go with every form of the answer. `is_refused`: the tenant did not take the
    sign-in before.
    """
    is_read = request.method in {"GET", "HEAD"}
    key = handoff.key_of(request.session)
    if request.headers.get("Accept") == "application/json":
        fresh = {"token": get_token(request), "frame": key}
        return JsonResponse(fresh, status=HTTPStatus.UNAUTHORIZED)
    context: dict[str, Any] = {
        "frame": key,
        "is_read": is_read,
        "is_refused": is_refused,
        "next_url": request.get_full_path() if is_read else PREFIX,
        "full_page": f"{settings.PUBLIC_URL}/",
    }
    template = template_of(request)
    if not cast("SignedRequest", request).htmx:
        return render(request, template, context, status=HTTPStatus.UNAUTHORIZED)
    response = render(request, f"{template}#notice", context, status=HTTPStatus.UNAUTHORIZED)
    # A read replaces nothing either: what stands on the page may hold something typed.
    return reswap(retarget(response, "#notices" if is_read else "find [data-notice]"), "innerHTML")


def template_of(request: HttpRequest) -> str:
    """A view whose frame has no room for the card names a template of its own."""
    view = request.resolver_match.func if request.resolver_match else None
    return str(getattr(view, "signed_out_template", TEMPLATE))
