"""Log lines for people or for machines, each with the request's id and without secrets."""

import json
import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from taskmanager.core.characters import spelt_out

request_id: ContextVar[str] = ContextVar("request_id", default="-")


def _hidden_token(found: re.Match[str]) -> str:
    return "[token]" if found["rest"] else found[0]


_SCHEMES = ("bearer", "basic")
_COOKIE = "cookie"
_NAMES = (
    *("code", "state", "nonce", "code_verifier", "client_secret", "refresh_token"),
    *("access_token", "id_token", "id_token_hint", "session_state"),
)
_JWT = "eyJ"
# Each takes time in proportion to the text, whatever stands in it: no quantifier is followed by
# what its own characters could be tried for again.
SECRETS: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    # The first part is taken as a whole also where no second one follows; else each "eyJ" within
    # it would be tried.
    (re.compile(rf"{_JWT}[\w-]++(?P<rest>\.[\w-][\w.-]*+)?"), _hidden_token),
    (re.compile(rf"(?i)\b({'|'.join(_SCHEMES)})\s+[\w.~+/=-]+"), r"\1 [hidden]"),
    (re.compile(rf"(?i)\b((?:set-)?{_COOKIE}['\"]?\s*[:=]\s*)[^\r\n]+"), r"\1[hidden]"),
    (
        re.compile(rf"(?i)\b({'|'.join(_NAMES)})(['\"]?\s*[=:]\s*['\"]?)[^\s&'\",;}}]+"),
        r"\1\2[hidden]",
    ),
]
# Most lines have none of these words. In ASCII alone: other letters may count as one of them.
_WORDS = tuple(word.lower() for word in (_JWT, *_SCHEMES, _COOKIE, *_NAMES))
# Line breaks, also those that only Unicode defines, and the control codes of a terminal.
_CONTROLS = (*range(32), *range(127, 160), 0x2028, 0x2029)
_VISIBLE = {code: ascii(chr(code))[1:-1] for code in _CONTROLS}


def redact(text: str) -> str:
    """The same text without tokens, codes, states and cookies."""
    lowered = text.lower()
    if text.isascii() and not any(word in lowered for word in _WORDS):
        return text
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return text


def fields_of(record: logging.LogRecord) -> dict[str, str]:
    """What a line says as fields, by `extra={"fields": {...}}`; without secrets."""
    fields: dict[str, str] = getattr(record, "fields", {})
    return {name: redact(value) for name, value in fields.items()}


def calm_about_outsiders(record: logging.LogRecord) -> bool:
    """What anybody can cause by a request is a warning without a traceback.

    Django logs its kinds of SuspiciousOperation, a wrong Host header among them, as our errors.
    """
    if record.name.startswith("django.security.") and record.levelno > logging.WARNING:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        return logging.getLogger(record.name).isEnabledFor(logging.WARNING)
    return True


class ConsoleFormatter(logging.Formatter):
    """`time level logger [request id] message`; redaction covers the traceback as well."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s [%(request_id)s] %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.get()
        return redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - overrides
        """One event, one line: what somebody typed cannot forge a second one."""
        fields = "".join(f" {name}={value}" for name, value in fields_of(record).items() if value)
        record.message = spelt_out(f"{record.message}{fields}".translate(_VISIBLE))
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
            "message": redact(record.getMessage()),
            **fields_of(record),
        }
        if record.exc_info:
            entry["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry)


def config(*, style: str, level: str) -> dict[str, Any]:
    """The LOGGING setting. `style` is console or json."""
    formatter = JsonFormatter if style == "json" else ConsoleFormatter
    # At DEBUG these write code verifiers and addresses with codes in them.
    least = level if level in {"WARNING", "ERROR"} else "INFO"
    quiet = {name: {"level": least} for name in ("authlib", "urllib3", "requests")}
    quiet["huey"] = {"level": "ERROR" if level == "ERROR" else "WARNING"}  # a line for each alarm
    # These do not pass their lines on to the root logger.
    alone = {"handlers": ["stderr"], "level": least, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "filters": {"calm": {"()": lambda: calm_about_outsiders}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["calm"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": least, "propagate": True},
            **dict.fromkeys(("django.server", "gunicorn.error", "gunicorn.access"), alone),
            **quiet,
        },
    }
