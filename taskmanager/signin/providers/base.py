"""What both sign-in profiles share: the calls to the provider, on Authlib's OAuth 2 session.

The profiles are `openid.py` (OpenID Connect) and `isc.py` (ISC's own OAuth); the settings choose.
"""

# Authlib has no annotations.
# mypy: disallow-untyped-calls=False

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http import HTTPStatus
from typing import Any, Final

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from urllib3.exceptions import ProtocolError

from taskmanager.core.addresses import checked_address
from taskmanager.core.http import HardenedSession
from taskmanager.core.places import may_wait
from taskmanager.signin.errors import (
    Crowded,
    ProviderUnavailable,
    RefreshRefused,
    SignInFailed,
    SignInRefused,
)
from taskmanager.signin.providers import claims
from taskmanager.signin.providers.shared_read import SharedRead
from taskmanager.signin.values import ProviderConfig, Renewed, SignedIn, Tokens

logger = logging.getLogger(__name__)

# (connect, read) seconds. With the limit of a whole answer (core/http.py) less than the lease of a
# refresh.
TIMEOUT: Final = (3.05, 10.0)
REPEATED_WITHIN: Final = 2.0  # seconds: what failed later was waited for long enough
CHUNK_BYTES: Final = 16 * 1024
BODY_BYTES: Final = 1024 * 1024  # of an answer; keys of many tenants are some 20 KB
# Refusals of a moment, unlike the others of 400 to 499.
LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
WORTH_REPEATING: Final = frozenset({502, 503, 504})
# After these errors of the token endpoint the person has to sign in again. Any other (a wrong
# client secret, a bad gateway) is not about the person, and signs nobody out.
REFUSALS: Final = {"invalid_grant", "access_denied", "login_required", "interaction_required"}
# What a call raises that fails, and what libraries raise where an answer has another form.
UNUSABLE: Final = (
    requests.RequestException,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,  # a number of hundreds of digits as a float
    RecursionError,
)


class ProviderSession(HardenedSession, OAuth2Session):
    """Authlib's OAuth 2 client on our hardened session.

    A redirect is an error: it would carry codes and secrets to an address nobody configured.
    """

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        if not may_wait():
            raise Crowded
        response = super().request(method, url, *args, **{**kwargs, "stream": True})
        with closing(response):
            if response.is_redirect:
                raise requests.TooManyRedirects("the provider redirects", response=response)
            response._content = _body(response)  # where `requests` keeps what it has read
        return response


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_content(CHUNK_BYTES):
        body += piece
        if len(body) > BODY_BYTES:
            raise requests.exceptions.ContentDecodingError(f"more than {BODY_BYTES} bytes")
    return bytes(body)


@contextmanager
def naming_unused(token: Mapping[str, Any]) -> Iterator[None]:
    """Whoever hears that this token response is not used gets its refresh token, to revoke it."""
    try:
        yield
    except SignInFailed as error:
        error.unused = token.get("refresh_token")
        raise


@contextmanager
def unavailable_on_errors(what: str) -> Iterator[None]:
    """Translate a failed call and an answer of the wrong form into ProviderUnavailable."""
    try:
        yield
    except UNUSABLE as error:
        raise ProviderUnavailable(f"{what}: {error}") from error


class Provider(ABC):
    """One provider and our client registration with it."""

    can_revoke = True  # whether it may have an address for it

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.issuer = config.issuer or config.isc_base_url
        self.identity_claim = config.identity_claim or "identity_id"
        self._metadata = SharedRead("metadata", self._fetched)

    @abstractmethod
    def fetch_metadata(self) -> dict[str, Any]:
        """Addresses and methods of the provider, under the names of OpenID discovery."""

    @abstractmethod
    def signed_in(self, token: Mapping[str, Any], nonce: str) -> SignedIn:
        """The person that a token response stands for. Raises SignInRefused."""

    @abstractmethod
    def renewed_claims(self, token: Mapping[str, Any], old: Tokens) -> Mapping[str, Any]:
        """What a refresh says of the person, from where the sign-in took it.

        Raises RefreshRefused where that is somebody else.
        """

    @abstractmethod
    def signout_url(self, tokens: Tokens | None, *, back_to: str, state: str) -> str | None:
        """Where the browser signs out of the provider too, or None."""

    def metadata(self) -> dict[str, Any]:
        """Addresses and methods of the provider. Raises ProviderUnavailable."""
        return self._metadata.get()

    def _fetched(self) -> dict[str, Any]:
        with unavailable_on_errors("metadata"):
            return self.fetch_metadata()

    def read_json(self, url: str, *, bearer: str | None = None) -> dict[str, Any]:
        """GET an address and return its JSON object. ValueError when it holds something else."""
        authorization = None if bearer is None else f"Bearer {bearer}"
        response = self._read(url, {"Accept": "application/json", "Authorization": authorization})
        response.raise_for_status()
        try:
            document = response.json()
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None
        if not isinstance(document, dict):
            raise ValueError("not a JSON object")  # noqa: TRY004 - a wrong value, not a wrong call
        return document

    def userinfo(self, url: str, access_token: str) -> dict[str, Any] | None:
        """More claims about the person, **unverified**; None when the address does not answer."""
        try:
            return self.read_json(url, bearer=access_token)
        except UNUSABLE as error:
            logger.warning("userinfo does not answer: %s", error)
            return None

    def _read(self, url: str, headers: Mapping[str, str | None]) -> requests.Response:
        """The answer to a GET, repeated once, immediately; nothing else is ever repeated."""
        started = time.monotonic()
        try:
            response = self._get(url, headers)
            if response.status_code not in WORTH_REPEATING or _is_late(started):
                return response
        except requests.ConnectionError as error:
            if not isinstance(error.args[0], ProtocolError) or _is_late(started):
                raise
        return self._get(url, headers)

    def _get(self, url: str, headers: Mapping[str, str | None]) -> requests.Response:
        with self._session() as session:
            response: requests.Response = session.get(url, withhold_token=True, headers=headers)
        return response

    def start(self, *, redirect_uri: str, **parameters: str | None) -> str:
        """The address that a browser is sent to. Raises ProviderUnavailable."""
        endpoint = self.metadata()["authorization_endpoint"]
        with self._session(redirect_uri=redirect_uri) as session:
            url: str = session.create_authorization_url(endpoint, **parameters)[0]
        return url

    def finish(self, code: str, *, redirect_uri: str, code_verifier: str, nonce: str) -> SignedIn:
        """Exchange the code. Raises SignInRefused or ProviderUnavailable."""
        endpoint = self.metadata()["token_endpoint"]
        try:
            with (
                unavailable_on_errors("token endpoint"),
                self._session(redirect_uri=redirect_uri) as session,
            ):
                token = session.fetch_token(endpoint, code=code, code_verifier=code_verifier)
        except OAuthError as error:
            raise SignInRefused(str(error.error), str(error.description)) from error
        with naming_unused(token), unavailable_on_errors("sign-in"):
            try:
                return self.signed_in(checked_token(token), nonce)
            except JoseError as error:
                raise SignInRefused("not_verified", str(error)) from error

    def refresh(self, old: Tokens) -> Renewed:
        """New tokens for old ones. Raises RefreshRefused or ProviderUnavailable."""
        endpoint = self.metadata()["token_endpoint"]
        refresh_token = old.refresh_token
        try:
            with unavailable_on_errors("refresh"), self._session() as session:
                # No scope: asking for what was configured fails where less was granted.
                token = session.refresh_token(endpoint, refresh_token=refresh_token, scope=None)
        except OAuthError as error:
            if error.error in REFUSALS:
                raise RefreshRefused(str(error.error)) from error
            raise ProviderUnavailable(f"refresh: {error.error}") from error
        with naming_unused(token), unavailable_on_errors("refresh"):
            try:
                known = self.renewed_claims(checked_token(token), old)
            except (JoseError, SignInRefused) as error:
                raise RefreshRefused(f"id_token: {error}") from error
            identity = claims.text(known, self.identity_claim)
            if old.identity and identity and identity != old.identity:
                raise RefreshRefused("the renewed token is another identity's")
            levels = claims.levels_from(known, self.config)
            return Renewed(Tokens.from_response(token, old), levels)

    def revoke(self, refresh_token: str) -> None:
        """Revoke the refresh token of a sign-in that has ended; what is refused is only logged.

        Raises ProviderUnavailable when it may work another time.
        """
        endpoint = self.metadata().get("revocation_endpoint")
        if endpoint is None:
            return
        with unavailable_on_errors("revocation"), self._session() as session:
            hint = "refresh_token"
            answer = session.revoke_token(endpoint, refresh_token, token_type_hint=hint)
        status = answer.status_code
        is_final = HTTPStatus.OK <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        if status in LATER or not is_final:
            raise ProviderUnavailable(f"revocation: status {status}")
        if not answer.ok:
            logger.warning("the refresh token was not revoked: status %s", status)

    def _session(self, **extra: Any) -> Any:
        """A client with our registration; of the metadata it takes only how to authenticate."""
        held = self._metadata.copy
        methods = ("token_endpoint_auth_method", "revocation_endpoint_auth_method")
        return ProviderSession(
            client_id=self.config.client_id,
            client_secret=self.config.client_secret,
            scope=" ".join(self.config.scopes) or None,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
            **{name: held[name] for name in methods if name in held},
            **extra,
        )


def _is_late(started: float) -> bool:
    return time.monotonic() - started > REPEATED_WITHIN


def checked_token(token: Mapping[str, Any]) -> Mapping[str, Any]:
    """The token response, if it has an access token; ValueError otherwise."""
    if not isinstance(token.get("access_token"), str):
        raise ValueError("no access token")  # noqa: TRY004 - a wrong value, not a wrong call
    return token


def checked_endpoints(metadata: Mapping[str, Any], *, needed: set[str]) -> dict[str, Any]:
    """The metadata, if every address in it is one that the settings could hold as well."""
    for key, value in metadata.items():
        if key.endswith(("_endpoint", "_uri")) and key != "registration_endpoint":
            try:
                checked_address(value)
            except (ValueError, TypeError, AttributeError) as error:
                raise ValueError(f"{key} {error}") from error
    missing = needed - metadata.keys()
    if missing:
        raise ValueError(f"without {', '.join(sorted(missing))}")
    return dict(metadata)
