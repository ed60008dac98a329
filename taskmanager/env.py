"""Every variable of the environment: typed, cross-checked, and explained when it is wrong."""

import os
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import dj_database_url
import pydantic
from django.http.request import validate_host
from pydantic import Field, SecretStr, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from taskmanager.core.addresses import is_loopback
from taskmanager.env_files import ENCODING, MOST_LINES, Lines, problem_of, secret_in, stopped
from taskmanager.env_types import (
    LANGUAGES,
    Address,
    Base,
    Csv,
    Language,
    Noteds,
    Origin,
    Origins,
    TypeCommands,
    Words,
    Zone,
    check_redis,
    split_commas,
)
from taskmanager.flags_file import moved
from workitems.domain.policy import COMMENT_LENGTH, WORDS

BASE_DIR = Path(__file__).resolve().parent.parent
SHORTEST_KEY = 50  # characters: what `manage.py check --deploy` asks for


class Env(BaseSettings):
    """One field per variable. `description` completes the sentence "Set it to ..."."""

    model_config = SettingsConfigDict(
        extra="ignore",
        frozen=True,
        env_file_encoding=ENCODING,
        env_ignore_empty=True,
        hide_input_in_errors=True,
        validate_default=True,
        str_strip_whitespace=True,
    )

    # Where things are
    public_url: Origin = Field(
        description="the dashboard's own address, such as https://tasks.example.com"
    )
    isc_base_url: Base = Field(
        description="the tenant's API address, such as https://acme.api.identitynow.com"
    )
    isc_api_version: Literal["v3", "v2024", "v2025", "v2026", "v1"] = Field(
        "v2024", description="v3, v2024, v2025 or v2026 (yearly paths), or v1 (/work-items/v1)"
    )

    isc_budget: int = Field(
        100, ge=0, le=100_000, description="a whole number of calls in 10 s, 0 for no budget"
    )
    call_log: Path | None = Field(None, description="the path of a file")
    tenant_scan_client_id: str = Field(
        "", description="the id of an administrator's personal access token"
    )
    tenant_scan_client_secret_file: Path | None = Field(None, description="the path of a file")
    tenant_scan_client_secret: SecretStr = Field(
        SecretStr(""), description="the secret of that token"
    )
    redis_url_file: Path | None = Field(None, description="the path of a file")
    redis_url: SecretStr = Field(
        SecretStr(""), description="an address such as rediss://:password@host:6379/0"
    )
    snapshot_megabytes: int = Field(160, ge=8, le=4096, description="a whole number from 8 to 4096")
    counts_seconds: int = Field(10, ge=0, le=60, description="a whole number from 0 to 60")

    # Sign-in
    oidc_issuer: Address | None = Field(
        None, description="the issuer of an OpenID provider, or leave it out for ISC's own OAuth"
    )
    oidc_client_id: str = Field(min_length=1, description="the id of the registered API client")
    oidc_client_secret_file: Path | None = Field(None, description="the path of a file")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="the client's secret")
    oidc_scopes: Words = Field((), description="scopes with spaces between them")
    oidc_identity_claim: str = Field("", description="the claim that holds the ISC identity id")
    oidc_admin_claim: str = Field("authorities", description="the claim that lists user levels")
    oidc_admin_values: Csv = Field(("ORG_ADMIN",), description="user levels with commas between")
    auditor_values: Csv = Field(("ORG_ADMIN",), description="user levels with commas between")

    # Secrets and sessions
    secret_key_file: Path | None = Field(None, description="the path of a file")
    secret_key: SecretStr = Field(
        SecretStr(""), description=f"at least {SHORTEST_KEY} random characters"
    )
    session_keys_file: Path | None = Field(None, description="the path of a file")
    session_keys: SecretStr = Field(SecretStr(""), description="keys with commas between them")
    ledger_keys_file: Path | None = Field(None, description="the path of a file")
    ledger_keys: SecretStr = Field(SecretStr(""), description="keys with commas between them")
    ledger_days: int = Field(730, ge=30, le=36500, description="a whole number from 30 to 36500")
    session_idle_seconds: int = Field(
        7200, ge=300, le=86400, description="a whole number from 300 to 86400"
    )
    session_absolute_seconds: int = Field(
        43200, ge=300, le=604800, description="a whole number from 300 to 604800"
    )

    # Serving
    allowed_hosts: Csv = Field((), description="host names with commas between them")
    trust_proxy: bool = Field(default=False, description="true or false")
    trust_proxy_proto: bool = Field(default=False, description="true or false")
    frame_ancestors: Origins = Field(
        (), description="origins such as https://intranet.example.com with commas between them"
    )
    database_url_file: Path | None = Field(None, description="the path of a file")
    database_url: SecretStr = Field(
        SecretStr(f"sqlite:///{BASE_DIR / 'db.sqlite3'}"),
        description="an address such as postgres://user:password@host/name or sqlite:////path",
    )
    health_port: int | None = Field(None, ge=1, le=65535, description="the number of a port")
    static_files: Literal["hashed", "plain"] = Field("hashed", description="hashed or plain")
    static_root: Path = Field(BASE_DIR / "staticfiles", description="the path of a folder")
    web_concurrency: int = Field(2, ge=1, le=64, description="a whole number from 1 to 64")
    web_threads: int = Field(8, ge=1, le=64, description="a whole number from 1 to 64")

    # Decisions
    undo_seconds: int = Field(6, ge=0, le=600, description="a whole number from 0 to 600")
    note_required: Noteds = Field((), description="any of approve, reject, complete")
    bulk_calls: bool = Field(default=True, description="true or false")
    forward_comments_file: Lines = Field(
        (),
        description=f"the path of a text file with at most {MOST_LINES} comments, a line each, "
        f"none of them longer than {COMMENT_LENGTH} characters",
    )
    flags_file: Path = Field(
        BASE_DIR / "taskmanager" / "flags.toml", description="the path of a file"
    )

    # How it looks and what it says
    page_size: int = Field(50, ge=1, le=250, description="a whole number from 1 to 250")
    type_commands: TypeCommands = Field(
        "ManualAction=complete",  # type: ignore[arg-type]  # validated: it becomes a mapping
        description="types with what ends them, such as ManualAction=complete;Approval=decide, "
        f"in the words {', '.join(WORDS)}",
    )
    time_zone: Zone = Field("UTC", description="a name such as Europe/Berlin")
    language: Language = Field("en", description=f"one of: {', '.join(LANGUAGES)}")
    log_format: Literal["console", "json"] = Field("console", description="console or json")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    debug: bool = Field(default=False, description="true or false")

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @pydantic.field_validator(
        "oidc_client_secret",
        "tenant_scan_client_secret",
        "secret_key",
        "session_keys",
        "ledger_keys",
        "database_url",
        "redis_url",
        mode="before",
    )
    @classmethod
    def _read_file(cls, value: object, info: ValidationInfo) -> object:
        """A secret may stand in the file named by NAME_FILE instead of in the environment."""
        name = str(info.field_name)
        path: Path | None = info.data.get(f"{name}_file")
        if path is None:
            return value
        if value != cls.model_fields[name].default:
            raise ValueError(f"is set twice: choose {name.upper()} or {name.upper()}_FILE")
        return secret_in(path, f"the file that {name.upper()}_FILE names")

    @pydantic.field_validator("tenant_scan_client_secret")
    @classmethod
    def _both_or_neither(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if bool(value.get_secret_value()) != bool(info.data.get("tenant_scan_client_id")):
            raise ValueError("and TENANT_SCAN_CLIENT_ID need each other")
        return value

    @pydantic.field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError("is missing")
        if len(value) < SHORTEST_KEY:
            raise ValueError("is too short")
        return value

    @pydantic.field_validator("session_keys", "ledger_keys")
    @classmethod
    def _each_long_enough(cls, value: SecretStr) -> SecretStr:
        keys = split_commas(value.get_secret_value())
        if any(len(key) < 32 for key in keys):  # type: ignore[attr-defined]  # noqa: PLR2004
            raise ValueError("holds a key of fewer than 32 characters")
        return value

    @pydantic.field_validator("oidc_scopes")
    @classmethod
    def _scopes_fit_profile(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "oidc_issuer" not in info.data:  # it is not valid itself
            return value
        has_issuer = info.data["oidc_issuer"] is not None
        if not has_issuer and "openid" in value:
            raise ValueError("contains openid, but OIDC_ISSUER is not set")
        if has_issuer and value and "openid" not in value:
            raise ValueError("must contain openid when OIDC_ISSUER is set")
        return ("openid", "profile") if has_issuer and not value else value

    @pydantic.field_validator("session_absolute_seconds")
    @classmethod
    def _not_below_idle(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("session_idle_seconds", 0):
            raise ValueError("must not be smaller than SESSION_IDLE_SECONDS")
        return value

    @pydantic.field_validator("allowed_hosts")
    @classmethod
    def _own_host(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        own = urlsplit(info.data.get("public_url", "")).hostname or ""
        host = f"[{own}]" if ":" in own else own
        if "*" in value:
            raise ValueError("must not contain *")
        if value and own and not validate_host(host, value):
            raise ValueError("must contain the host of PUBLIC_URL")
        return value or (host,)

    @pydantic.field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        try:
            parsed = dj_database_url.parse(value.get_secret_value())
        except Exception:  # noqa: BLE001 - the parser raises many kinds, some of them with the value
            raise ValueError("is not the address of a database") from None
        if parsed["ENGINE"].rpartition(".")[2] not in {"sqlite3", "postgresql"}:
            raise ValueError("is not the address of an SQLite file or a PostgreSQL database")
        return value

    @pydantic.field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            check_redis(value.get_secret_value())
        return value

    @pydantic.field_validator("debug")
    @classmethod
    def _debug_stays_home(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001
        host = urlsplit(info.data.get("public_url", "")).hostname or "localhost"
        if value and not is_loopback(host):
            raise ValueError("may be on only while PUBLIC_URL is on this machine")
        return value


def sentences(error: pydantic.ValidationError) -> list[str]:
    """One sentence per problem; values are never repeated, since some of them are secrets."""
    found: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False):
        field = str(problem["loc"][0])
        reason = "is not valid"
        if problem["type"] == "missing":
            reason = "is missing"
        elif problem["type"] == "value_error":
            reason = str(problem["ctx"]["error"])
        expected = Env.model_fields[field].description
        found.setdefault(field, f"{field.upper()} {reason}. Set it to {expected}.")
    return list(found.values())


def load_env() -> Env:
    """Read the environment and `.env`; on any problem say all of them on stderr and exit with 1.

    ENV_FILE names another file, or, when empty, none: for tests and the demo.
    """
    path = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
    if path and (problem := problem_of(Path(path))):
        raise stopped(problem)
    problems = moved(path)
    try:
        env = Env(_env_file=path or None)
    except pydantic.ValidationError as error:
        problems = [*sentences(error), *problems]
    if problems:
        raise stopped("Please correct its environment:", *problems)
    return env
