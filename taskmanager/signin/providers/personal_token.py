"""Access tokens of a personal access token: ISC's client credentials, in its owner's name."""

# Authlib has no annotations.
# mypy: disallow-untyped-calls=False

import threading

from authlib.integrations.base_client import OAuthError

from taskmanager.signin.errors import SignInRefused
from taskmanager.signin.providers import claims
from taskmanager.signin.providers.base import (
    TIMEOUT,
    ProviderSession,
    checked_token,
    unavailable_on_errors,
)


class PersonalToken:
    """The token is asked for when it is first needed, and again once ISC refuses it."""

    def __init__(self, isc_base_url: str, client_id: str, secret: str) -> None:
        self._address = f"{isc_base_url.rstrip('/')}/oauth/token"
        self._client_id, self._secret = client_id, secret
        self._token, self.identity_id = "", ""
        self._lock = threading.Lock()

    def token(self) -> str:
        """Raises SignInRefused for a wrong id or secret, ProviderUnavailable for no answer."""
        with self._lock:
            if not self._token:
                self._fetch()
            return self._token

    def renew(self) -> bool:
        """Ask for another: ISC has refused the present one."""
        with self._lock:
            self._fetch()
        return True

    def _fetch(self) -> None:
        session = ProviderSession(
            self._client_id,
            self._secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - no secret, a method
        )
        try:
            with session, unavailable_on_errors("personal access token"):
                answer = checked_token(
                    session.fetch_token(
                        self._address, grant_type="client_credentials", timeout=TIMEOUT
                    )
                )
        except OAuthError as error:
            raise SignInRefused("refused", str(error.error)) from error
        self._token = answer["access_token"]
        known = claims.merged(answer, claims.payload_of(self._token))
        self.identity_id = claims.text(known, "identity_id")
