"""What both sign-in profiles share: Authlib's client, with its unsafe defaults changed.

The two profiles are `openid.py` (OpenID Connect) and `iscoauth.py` (ISC's own OAuth); which one
is used follows from the settings, and nothing outside this package can tell them apart.
"""

# Authlib has no annotations.
# mypy: disallow-untyped-calls=False

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from authlib.integrations.base_client import FrameworkIntegration, OAuthError
from authlib.integrations.django_client import DjangoOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from joserfc.errors import JoseError
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from taskmanager.addresses import checked_address
from taskmanager.signin.errors import ProviderUnavailable, RefreshRefused, SignInRefused
from taskmanager.signin.person import Person
from taskmanager.signin.tokens import Tokens, tokens_from

logger = logging.getLogger(__name__)

TIMEOUT = (3.05, 10.0)  # (connect, read) seconds; together less than the lease of a refresh
METADATA_SECONDS = 86_400
METADATA_RETRY_SECONDS = 3  # while it fails; else each waiting thread would try in its turn
# A code and a rotated refresh token are good for one use: never post them twice. urllib3 counts a
# TLS failure as `other`, also one after sending, and repeats it for every method.
RETRY = Retry(
    total=1, connect=0, other=0, allowed_methods={"GET"}, status_forcelist={502, 503, 504},
    backoff_factor=0.2, respect_retry_after_header=False, raise_on_status=False,
)  # fmt: skip
# What the token endpoint says when the person has to sign in again. Anything else (a wrong
# client secret, a bad gateway) is our trouble or the provider's, and signs nobody out.
REFUSALS = {"invalid_grant", "access_denied", "login_required", "interaction_required"}


@dataclass(frozen=True, slots=True)
class Config:
    """The settings that make a provider; equal settings share one."""

    issuer: str | None
    isc_base_url: str
    client_id: str
    client_secret: str | None
    scopes: tuple[str, ...]
    identity_claim: str
    admin_claim: str
    admin_values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of a sign-in. `subject` and `sid` are the provider's names, for its logout."""

    person: Person
    tokens: Tokens
    issuer: str
    subject: str
    sid: str


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class ProviderSession(OAuth2Session):
    """Follows no redirects, keeps no cookies, reads no ~/.netrc, and never waits for ever.

    Proxies and certificate authorities from the environment do count: companies need them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "default_timeout": TIMEOUT})
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.mount("https://", HTTPAdapter(max_retries=RETRY))
        self.mount("http://", HTTPAdapter(max_retries=RETRY))

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """A redirect would carry codes and secrets to an address nobody configured."""
        kwargs["allow_redirects"] = False
        if kwargs.get("auth") is None:
            kwargs["auth"] = _no_auth  # an explicit nothing, or requests looks into ~/.netrc
        response: requests.Response = super().request(method, url, *args, **kwargs)
        if response.is_redirect:
            raise requests.TooManyRedirects("the provider redirects", response=response)
        return response


class Provider(DjangoOAuth2App):
    """One provider and our client registration with it."""

    client_cls = ProviderSession

    def __init__(self, config: Config, **client_kwargs: Any) -> None:
        super().__init__(
            FrameworkIntegration("provider"),
            name="provider",
            client_id=config.client_id,
            client_secret=config.client_secret,
            client_kwargs={
                "code_challenge_method": "S256",
                "scope": " ".join(config.scopes) or None,
                **client_kwargs,
            },
        )
        self.config = config
        self.issuer = config.issuer or config.isc_base_url
        self._lock = threading.Lock()
        self._tried_at = 0.0

    # --- What a profile decides

    def fetch_metadata(self) -> dict[str, Any]:
        """Addresses of the provider, under the names of OpenID discovery."""
        raise NotImplementedError

    def signed_in(self, token: Mapping[str, Any], nonce: str) -> SignedIn:
        """The person that a token response stands for. Raises SignInRefused."""
        raise NotImplementedError

    def check_renewed(self, token: Mapping[str, Any], old: Tokens) -> None:
        """A renewed token must still be the same person's. Raises RefreshRefused."""
        raise NotImplementedError

    def signout_url(self, tokens: Tokens | None, *, back_to: str, state: str) -> str | None:
        """Where the browser signs out of the provider too, or None."""
        raise NotImplementedError

    # --- What they share

    def load_server_metadata(self) -> dict[str, Any]:
        """Metadata, at most a day old; an outdated copy is better than none."""
        with self._lock:
            now = time.time()
            if now - self.server_metadata.get("_loaded_at", 0.0) < METADATA_SECONDS:
                return self.server_metadata
            if now - self._tried_at < METADATA_RETRY_SECONDS:
                if self.server_metadata:
                    return self.server_metadata
                raise ProviderUnavailable("metadata: tried a moment ago")
            self._tried_at = now
            try:
                self.server_metadata = {**self.fetch_metadata(), "_loaded_at": now}
            except (requests.RequestException, ValueError, KeyError) as error:
                if not self.server_metadata:
                    raise ProviderUnavailable(f"metadata: {error}") from error
                logger.warning("the provider's metadata cannot be renewed: %s", error)
            return self.server_metadata

    def _on_update_token(self, *_: Any, **__: Any) -> None:
        """Nothing: `tokens.py` stores what a refresh returns, while it still holds the lease."""

    def _get_oauth_client(self, **metadata: Any) -> ProviderSession:
        """Authlib would take every key of the metadata for an option, `verify` among them."""
        wanted = ("authorization_endpoint", "token_endpoint", "token_endpoint_auth_method",
                  "revocation_endpoint_auth_method")  # fmt: skip
        chosen = {key: metadata[key] for key in wanted if key in metadata}
        client: ProviderSession = super()._get_oauth_client(**chosen)
        return client

    def read_json(self, url: str, *, bearer: str | None = None) -> dict[str, Any]:
        """GET an address and return its JSON object. ValueError when it holds something else."""
        headers = {"Accept": "application/json"}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        with self._get_session() as session:
            response = session.request("GET", url, withhold_token=True, headers=headers)
        response.raise_for_status()
        document = response.json()
        if not isinstance(document, dict):
            raise ValueError("not a JSON object")  # noqa: TRY004 - a wrong value, not a wrong call
        return document

    def begin(self, *, redirect_uri: str, state: str) -> dict[str, str]:
        """`url`, `code_verifier` and, for OpenID, `nonce`."""
        started: dict[str, str] = self.create_authorization_url(redirect_uri, state=state)
        return started

    def finish(self, code: str, *, redirect_uri: str, code_verifier: str, nonce: str) -> SignedIn:
        """Exchange the code. Raises SignInRefused or ProviderUnavailable."""
        try:
            token = self.fetch_access_token(redirect_uri, code=code, code_verifier=code_verifier)
            if not isinstance(token.get("access_token"), str):
                raise ProviderUnavailable("a token response without an access token")
            return self.signed_in(token, nonce)
        except OAuthError as error:
            raise SignInRefused(str(error.error), str(error.description)) from error
        except JoseError as error:
            raise SignInRefused("not_verified", str(error)) from error
        except (requests.RequestException, ValueError, KeyError) as error:
            raise ProviderUnavailable(f"token endpoint: {error}") from error

    def refresh(self, old: Tokens) -> Tokens:
        """New tokens for old ones. Raises RefreshRefused or ProviderUnavailable."""
        metadata = self.load_server_metadata()
        try:
            with self._get_oauth_client(**metadata) as client:
                # No scope: asking for what was configured fails where less was granted.
                token = client.refresh_token(
                    metadata["token_endpoint"], refresh_token=old.refresh_token, scope=None
                )
            if not isinstance(token.get("access_token"), str):
                raise ProviderUnavailable("a refresh without an access token")
            self.check_renewed(token, old)
        except OAuthError as error:
            if error.error in REFUSALS:
                raise RefreshRefused(str(error.error)) from error
            raise ProviderUnavailable(f"refresh: {error.error}") from error
        except JoseError as error:
            raise RefreshRefused(f"id_token: {error}") from error
        except (requests.RequestException, ValueError, KeyError) as error:
            raise ProviderUnavailable(f"refresh: {error}") from error
        return tokens_from(token, old)

    def give_back(self, tokens: Iterable[Tokens | None]) -> bool:
        """End what could renew sign-ins that are over here. False when the provider is down.

        Then the rest is left to expire: each would have the person wait for a time-out.
        """
        try:
            for each in filter(None, tokens):
                self.revoke(each)
        except ProviderUnavailable as error:
            logger.warning("the provider was not told of the end of a sign-in: %s", error)
            return False
        return True

    def revoke(self, tokens: Tokens) -> None:
        """End the refresh token, where the provider offers it. Raises ProviderUnavailable."""
        metadata = self.load_server_metadata()
        endpoint = metadata.get("revocation_endpoint")
        if endpoint is None or tokens.refresh_token is None:
            return
        try:
            with self._get_oauth_client(**metadata) as client:
                answer = client.revoke_token(
                    endpoint,
                    token=tokens.refresh_token,
                    token_type_hint="refresh_token",  # noqa: S106
                )
        except requests.RequestException as error:
            raise ProviderUnavailable(f"revocation: {error}") from error
        if not answer.ok:
            logger.warning("the refresh token was not revoked: status %s", answer.status_code)


def checked_endpoints(metadata: Mapping[str, Any], *, needed: set[str]) -> dict[str, Any]:
    """The metadata, if every address in it is one we would also take from the settings."""
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


@lru_cache(maxsize=4)
def _provider(config: Config) -> Provider:
    from taskmanager.signin.iscoauth import IscOAuth  # noqa: PLC0415 - both build on this module
    from taskmanager.signin.openid import OpenIdConnect  # noqa: PLC0415

    return OpenIdConnect(config) if config.issuer else IscOAuth(config)


def configured_provider() -> Provider:
    """The provider that the settings name."""
    return _provider(
        Config(
            issuer=settings.OIDC_ISSUER,
            isc_base_url=settings.ISC_BASE_URL,
            client_id=settings.OIDC_CLIENT_ID,
            client_secret=settings.OIDC_CLIENT_SECRET,
            scopes=tuple(settings.OIDC_SCOPES),
            identity_claim=settings.OIDC_IDENTITY_CLAIM,
            admin_claim=settings.OIDC_ADMIN_CLAIM,
            admin_values=tuple(settings.OIDC_ADMIN_VALUES),
        )
    )
