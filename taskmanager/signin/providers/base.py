"""What both sign-in profiles share: the calls to the provider, on Authlib's OAuth 2 session.

The profiles are `openid.py` (OpenID Connect) and `isc.py` (ISC's own OAuth); the settings choose.
"""

# Authlib has no annotations.
# mypy: disallow-untyped-calls=False

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from urllib3.exceptions import ProtocolError

from taskmanager.core.addresses import checked_address
from taskmanager.core.http import HardenedSession
from taskmanager.signin.errors import ProviderUnavailable, RefreshRefused, SignInRefused
from taskmanager.signin.values import ProviderConfig, SignedIn, Tokens

logger = logging.getLogger(__name__)

TIMEOUT: Final = (3.05, 10.0)  # (connect, read) seconds; together less than the lease of a refresh
# Refusals of a moment, unlike the others of 400 to 499.
LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
WORTH_REPEATING: Final = frozenset({502, 503, 504})
METADATA_SECONDS: Final = 86_400
METADATA_RETRY_SECONDS: Final = 3  # after a failure; else the waiting threads try one after another
# After these errors of the token endpoint the person has to sign in again. Any other (a wrong
# client secret, a bad gateway) is not about the person, and signs nobody out.
REFUSALS: Final = {"invalid_grant", "access_denied", "login_required", "interaction_required"}


class ProviderSession(HardenedSession, OAuth2Session):
    """Authlib's OAuth 2 client on our hardened session.

    A redirect is an error: it would carry codes and secrets to an address nobody configured.
    """

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        response = super().request(method, url, *args, **kwargs)
        if response.is_redirect:
            raise requests.TooManyRedirects("the provider redirects", response=response)
        return response


@contextmanager
def unavailable_on_errors(what: str) -> Iterator[None]:
    """Translate a failed call and an answer of the wrong form into ProviderUnavailable."""
    try:
        yield
    except (requests.RequestException, ValueError, KeyError) as error:
        raise ProviderUnavailable(f"{what}: {error}") from error


class Provider(ABC):
    """One provider and our client registration with it."""

    can_revoke = True  # whether it may have an address for it

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.issuer = config.issuer or config.isc_base_url
        self._metadata: dict[str, Any] = {}
        self._loaded_at = 0.0
        self._tried_at = 0.0
        self._lock = threading.Lock()

    @abstractmethod
    def fetch_metadata(self) -> dict[str, Any]:
        """Addresses and methods of the provider, under the names of OpenID discovery."""

    @abstractmethod
    def signed_in(self, token: Mapping[str, Any], nonce: str) -> SignedIn:
        """The person that a token response stands for. Raises SignInRefused."""

    @abstractmethod
    def check_renewed(self, token: Mapping[str, Any], old: Tokens) -> None:
        """A renewed token must still be the same person's. Raises RefreshRefused."""

    @abstractmethod
    def signout_url(self, tokens: Tokens | None, *, back_to: str, state: str) -> str | None:
        """Where the browser signs out of the provider too, or None."""

    def metadata(self) -> dict[str, Any]:
        """Metadata, at most a day old; an outdated copy is better than none."""
        with self._lock:
            now = time.time()
            if now - self._loaded_at < METADATA_SECONDS:
                return self._metadata
            if now - self._tried_at < METADATA_RETRY_SECONDS:
                if self._metadata:
                    return self._metadata
                raise ProviderUnavailable("metadata: tried a moment ago")
            self._tried_at = now
            try:
                with unavailable_on_errors("metadata"):
                    self._metadata, self._loaded_at = self.fetch_metadata(), now
            except ProviderUnavailable as error:
                if not self._metadata:
                    raise
                logger.warning("the provider's metadata cannot be renewed: %s", error)
            return self._metadata

    def read_json(self, url: str, *, bearer: str | None = None) -> dict[str, Any]:
        """GET an address and return its JSON object. ValueError when it holds something else."""
        authorization = None if bearer is None else f"Bearer {bearer}"
        response = self._read(url, {"Accept": "application/json", "Authorization": authorization})
        response.raise_for_status()
        document = response.json()
        if not isinstance(document, dict):
            raise ValueError("not a JSON object")  # noqa: TRY004 - a wrong value, not a wrong call
        return document

    def userinfo(self, url: str, access_token: str) -> dict[str, Any] | None:
        """More claims about the person, **unverified**; None when the address does not answer."""
        try:
            return self.read_json(url, bearer=access_token)
        except (requests.RequestException, ValueError) as error:
            logger.warning("userinfo does not answer: %s", error)
            return None

    def _read(self, url: str, headers: Mapping[str, str | None]) -> requests.Response:
        """The answer to a GET, repeated once, immediately; nothing else is ever repeated."""
        try:
            response = self._get(url, headers)
            if response.status_code not in WORTH_REPEATING:
                return response
        except requests.ConnectionError as error:
            if not isinstance(error.args[0], ProtocolError):
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
            with unavailable_on_errors("token endpoint"):
                with self._session(redirect_uri=redirect_uri) as session:
                    token = session.fetch_token(endpoint, code=code, code_verifier=code_verifier)
                return self.signed_in(checked_token(token), nonce)
        except OAuthError as error:
            raise SignInRefused(str(error.error), str(error.description)) from error
        except JoseError as error:
            raise SignInRefused("not_verified", str(error)) from error

    def refresh(self, old: Tokens) -> Tokens:
        """New tokens for old ones. Raises RefreshRefused or ProviderUnavailable."""
        endpoint = self.metadata()["token_endpoint"]
        refresh_token = old.refresh_token
        try:
            with unavailable_on_errors("refresh"):
                with self._session() as session:
                    # No scope: asking for what was configured fails where less was granted.
                    token = session.refresh_token(endpoint, refresh_token=refresh_token, scope=None)
                self.check_renewed(checked_token(token), old)
        except OAuthError as error:
            if error.error in REFUSALS:
                raise RefreshRefused(str(error.error)) from error
            raise ProviderUnavailable(f"refresh: {error.error}") from error
        except JoseError as error:
            raise RefreshRefused(f"id_token: {error}") from error
        return Tokens.from_response(token, old)

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
        if status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProviderUnavailable(f"revocation: status {status}")
        if not answer.ok:
            logger.warning("the refresh token was not revoked: status %s", status)

    def _session(self, **extra: Any) -> Any:
        """A client with our registration; of the metadata it takes only how to authenticate."""
        methods = ("token_endpoint_auth_method", "revocation_endpoint_auth_method")
        return ProviderSession(
            client_id=self.config.client_id,
            client_secret=self.config.client_secret,
            scope=" ".join(self.config.scopes) or None,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
            **{name: self._metadata[name] for name in methods if name in self._metadata},
            **extra,
        )


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
