"""Django's settings: flat, one file, every value that may differ comes from `env`."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from taskmanager.core.addresses import origin_of
from taskmanager.core.file_headers import add_file_headers
from taskmanager.env import BASE_DIR, load_env
from taskmanager.env_types import LANGUAGES as SPOKEN
from taskmanager.flags_file import load_flags
from taskmanager.logging import config as logging_config

env = load_env()

# --- The project

DEBUG = env.debug
SECRET_KEY = env.secret_key.get_secret_value()
ROOT_URLCONF = "taskmanager.urls"
WSGI_APPLICATION = "taskmanager.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "taskmanager.apps.TaskmanagerConfig",
    "taskmanager.jobs",
    "taskmanager.signin",
    "workitems",
]

MIDDLEWARE = [
    "taskmanager.middleware.RequestIdMiddleware",
    "taskmanager.middleware.ClientAddressMiddleware",
    "taskmanager.health.HealthMiddleware",
    # Files are answered here: they need none of the headers that protect pages.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "taskmanager.middleware.PageHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    # Safe against BREACH: Django pads each compressed body by a random length and masks the
    # CSRF token anew for every page.
    "taskmanager.compression.CompressionMiddleware",
    # Before all that returns text: a thread still has the language of its last request.
    "django.middleware.locale.LocaleMiddleware",
    "taskmanager.embed.middleware.EmbeddingMiddleware",
    "taskmanager.middleware.ZoneMiddleware",
    "taskmanager.middleware.AppearanceMiddleware",
    "taskmanager.middleware.PlacesMiddleware",
    "taskmanager.bodies.BodyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "taskmanager.middleware.OwnAddressMiddleware",
    # Before the session is read: a frame keeps its look also where that fails.
    "taskmanager.embed.middleware.WidgetParamsMiddleware",
    "taskmanager.embed.cookies.FrameSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "taskmanager.bodies.NulMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "taskmanager.middleware.ToldMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "taskmanager.signin.middleware.SignInMiddleware",
    "workitems.web.middleware.ChosenAppearanceMiddleware",
    "workitems.web.middleware.IscErrorMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "taskmanager.core.jinja.environment"},
    },
]

# --- Addresses, https and cookies: all of it follows from PUBLIC_URL

PUBLIC_URL = env.public_url
ALLOWED_HOSTS = list(env.allowed_hosts)
FRAME_ANCESTORS = env.frame_ancestors
SECURE_SSL_REDIRECT = env.https
SECURE_SSL_HOST = urlsplit(PUBLIC_URL).netloc
SECURE_HSTS_SECONDS = 31_536_000 if env.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.https
# Joining the browsers' preload list is the owner's decision about a whole domain, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Believed only when told so: without a proxy that overwrites them, anybody can send these headers.
TRUST_PROXY = env.trust_proxy
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.trust_proxy or env.trust_proxy_proto else None
)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SESSION_ENGINE = "taskmanager.signin.session_store"
SESSION_KEYS, LEDGER_KEYS = (
    [key.strip() for key in keys.get_secret_value().split(",") if key.strip()]
    for keys in (env.session_keys, env.ledger_keys)
)
LEDGER_DAYS = env.ledger_days
BULK_CALLS = env.bulk_calls
NOTE_REQUIRED = env.note_required
SESSION_IDLE_SECONDS = env.session_idle_seconds
SESSION_ABSOLUTE_SECONDS = env.session_absolute_seconds
# `__Host-` ties the cookie to this very host, but browsers take it over https only.
SESSION_COOKIE_NAME = "__Host-session" if env.https else "session"
SESSION_COOKIE_SECURE = env.https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would lose the session on the way back from the provider
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# In the session and not in a cookie of its own: it must work inside a frame on another site.
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "taskmanager.signin.csrf.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        # Chromium applies this to the redirect after a form post as well: signing out.
        "form-action": ["'self'", *([origin_of(env.oidc_issuer)] if env.oidc_issuer else [])],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Sign-in (taskmanager/signin) and the tenant (workitems)

ISC_BASE_URL = env.isc_base_url
ISC_API_VERSION = env.isc_api_version
ISC_BUDGET = env.isc_budget
CALL_LOG = env.call_log
REDIS_URL = env.redis_url.get_secret_value()
COUNTS_SECONDS = env.counts_seconds
SNAPSHOT_MEGABYTES = env.snapshot_megabytes  # lists that a process holds open
UNDO_SECONDS = env.undo_seconds
TENANT_SCAN_CLIENT_ID = env.tenant_scan_client_id
TENANT_SCAN_CLIENT_SECRET = env.tenant_scan_client_secret.get_secret_value()
WEB_CONCURRENCY, WEB_THREADS = env.web_concurrency, env.web_threads
OIDC_ISSUER = env.oidc_issuer
OIDC_CLIENT_ID = env.oidc_client_id
OIDC_CLIENT_SECRET = env.oidc_client_secret.get_secret_value() or None
OIDC_SCOPES = env.oidc_scopes
OIDC_IDENTITY_CLAIM = env.oidc_identity_claim
OIDC_ADMIN_CLAIM = env.oidc_admin_claim
OIDC_ADMIN_VALUES = env.oidc_admin_values
AUDITOR_VALUES = env.auditor_values
PAGE_SIZE = env.page_size
TYPE_COMMANDS = env.type_commands
FORWARD_COMMENTS = env.forward_comments_file
FLAG_RULES = load_flags(env.flags_file)

# --- Database

DATABASES = {
    "default": dj_database_url.parse(
        env.database_url.get_secret_value(), conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers do not wait for the writer, and two writers queue instead of failing. FULL: what is
    # recorded of a decision before it is sent survives a loss of power.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
    }
    if CALL_LOG is None and ":memory:" not in str(DATABASES["default"]["NAME"]):
        # Web, job worker and commands share one machine then: the file beside it is of them all.
        CALL_LOG = Path(f"{DATABASES['default']['NAME']}-calls")

# --- Static files: hashed and compressed by collectstatic, or plain from their folders

STATIC_FILES = "plain" if DEBUG else env.static_files
STATIC_URL = "/static/"
STATIC_ROOT = None if STATIC_FILES == "plain" else env.static_root
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = STATIC_FILES == "plain"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our files are for our pages
WHITENOISE_ADD_HEADERS_FUNCTION = add_file_headers
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if STATIC_FILES == "plain"
        else "taskmanager.staticfiles.HashedFiles"
    },
}

# --- What may be sent to us: forms. The longest confirms 2,000 tasks: 611 KB for the sandbox's

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_100  # as many tasks, each ticked, and what else a form has
# No form has a file. The one handler keeps what it takes in memory, so none is ever written.
DATA_UPLOAD_MAX_NUMBER_FILES = 0
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- Language and time

LANGUAGE_CODE = env.language
LANGUAGES = list(SPOKEN.items())
USE_THOUSAND_SEPARATOR = True  # where a number is written for people: `number_format`
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "taskmanager.formats"
TIME_ZONE = env.time_zone  # of who says none: see core/clock.py

# --- Logging

LOGGING = logging_config(style=env.log_format, level=env.log_level)
