"""The one place where settings, the session's token, the client and the service meet."""

from dataclasses import replace
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.middleware import sign_in_needed
from taskmanager.signin.tokens import access_token_for, renew_access_token
from workitems.access import Lens
from workitems.isc.client import IscClient
from workitems.isc.transport import Transport
from workitems.results import CannotRenew
from workitems.services import WorkItemService

OWNER_NAME_SECONDS: Final = 600  # names hardly change; an admin steps through many pages of one


class SessionCredentials:
    """The access token of this browser session, read once per request.

    It is read here, in the request's own thread, because the service's helper threads must not
    open database connections that nobody closes.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._token = access_token_for(request)

    def token(self) -> str:
        return self._token

    def renew(self) -> bool:
        try:
            renewed = renew_access_token(self._request, refused=self._token)
        except ProviderUnavailable as error:
            raise CannotRenew from error
        self._token = renewed or self._token
        return renewed is not None


def service_for(request: HttpRequest, lens: Lens) -> WorkItemService:
    """The service of the signed-in person, on the queue that `lens` shows."""
    credentials = SessionCredentials(request)
    transport = Transport(settings.ISC_BASE_URL, credentials.token, language=get_language())
    client = IscClient(transport, api_version=settings.ISC_API_VERSION)
    return WorkItemService(client, credentials, actor_id=lens.person.id, owner_id=lens.owner_id)


def named(lens: Lens, service: WorkItemService) -> Lens:
    """The lens with its owner's name: looked up once, and kept for this viewer alone."""
    if not lens.is_other:
        return lens
    pair = f"{lens.person.id} {lens.owner_id}"  # whatever an address holds: caches are choosy
    key = f"owner-name:{sha256(pair.encode()).hexdigest()}"
    name = cache.get(key)
    if name is None and (name := service.owner_name()):
        cache.set(key, name, OWNER_NAME_SECONDS)
    return replace(lens, owner_name=name or lens.owner_id)


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer when ISC refuses even a fresh token: sign in, and come back to the same page."""
    return sign_in_needed(request)
