"""Effects of an https PUBLIC_URL. Settings are read once, so each case needs a process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.environment import TENANT_URL

Ask = Callable[..., list[Any]]

ROOT = Path(__file__).resolve().parent.parent.parent
ASK = """
import django; django.setup()
import json, sys
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
client = Client(headers=json.loads(sys.argv[1]))
answer = client.get("/signin/", secure=sys.argv[2] == "https")
print(json.dumps([answer.status_code, dict(answer.headers), str(answer.cookies)]))
"""


@pytest.fixture
def ask(tmp_path: Path, sandbox: object) -> Ask:
    """Runs GET /signin/ in a process with an https PUBLIC_URL; gives status, headers, cookies."""

    def _ask(scheme: str, headers: dict[str, str], **environment: str) -> list[Any]:
        configured = {
            **os.environ,
            "ENV_FILE": "",
            "DJANGO_SETTINGS_MODULE": "taskmanager.settings",
            "PUBLIC_URL": "https://tasks.example.com",
            "ALLOWED_HOSTS": "tasks.example.com",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
            **environment,
        }
        sent = {"host": "tasks.example.com", **headers}
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-c", ASK, json.dumps(sent), scheme],
            cwd=ROOT, env=configured, capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        return list(json.loads(done.stdout))

    return _ask


def test_cookies_and_headers_are_made_for_https(ask: Ask) -> None:
    status, headers, cookies = ask("https", {})

    assert status == 302
    assert headers["Location"].startswith(f"{TENANT_URL}/openid/authorize?")
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert cookies.startswith("Set-Cookie: __Host-signin-")
    assert "Secure" in cookies
    assert "HttpOnly" in cookies
    assert "SameSite=Lax" in cookies
    assert "Path=/" in cookies
    assert "Domain" not in cookies


def test_http_is_redirected(ask: Ask) -> None:
    status, headers, cookies = ask("http", {})

    assert status == 301
    assert headers["Location"] == "https://tasks.example.com/signin/"
    assert cookies == ""


def test_http_is_redirected_to_the_port_of_the_public_address(ask: Ask) -> None:
    _, headers, _ = ask("http", {}, PUBLIC_URL="https://tasks.example.com:8443")

    assert headers["Location"] == "https://tasks.example.com:8443/signin/"


def test_a_proxy_is_believed_only_when_it_is_trusted(ask: Ask) -> None:
    said = {"X-Forwarded-Proto": "https"}

    assert ask("http", said)[0] == 301
    assert ask("http", said, TRUST_PROXY="true")[0] == 302
    assert ask("http", said, TRUST_PROXY_PROTO="true")[0] == 302
