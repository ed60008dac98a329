"""The provider that the settings name."""

from functools import lru_cache

from django.conf import settings

from taskmanager.signin.providers.base import Provider
from taskmanager.signin.providers.isc import IscOAuth
from taskmanager.signin.providers.openid import OpenIdConnect
from taskmanager.signin.values import ProviderConfig


@lru_cache(maxsize=4)
def provider_of(config: ProviderConfig) -> Provider:
    """One object for equal settings: it holds the provider's metadata and keys."""
    return OpenIdConnect(config) if config.issuer else IscOAuth(config)


def configured_provider() -> Provider:
    return provider_of(
        ProviderConfig(
            issuer=settings.OIDC_ISSUER,
            isc_base_url=settings.ISC_BASE_URL,
            client_id=settings.OIDC_CLIENT_ID,
            client_secret=settings.OIDC_CLIENT_SECRET,
            scopes=tuple(settings.OIDC_SCOPES),
            identity_claim=settings.OIDC_IDENTITY_CLAIM,
            admin_claim=settings.OIDC_ADMIN_CLAIM,
            admin_values=tuple(settings.OIDC_ADMIN_VALUES),
            auditor_values=tuple(settings.AUDITOR_VALUES),
        )
    )
