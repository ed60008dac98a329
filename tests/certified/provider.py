"""Runs the certified provider, tests/node/provider.mjs, as a separate process."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import requests

from sandbox.people import Persona, personas
from tests.environment import CLIENT_SECRET, free_port
from tests.node import HERE, node

START_SECONDS, STOP_SECONDS = 60.0, 10.0
CONFIDENTIAL, PUBLIC = "confidential", "public"  # client ids of the dashboards


def claims_of(persona: Persona) -> dict[str, Any]:
    """The provider's claims about a person; `sub` is the persona's key."""
    return {
        "name": persona.name,
        "identity_id": persona.id,
        "user_name": persona.alias,
        "authorities": list(persona.authorities),
    }


def registration(client_id: str, dashboard: str) -> dict[str, Any]:
    """A dashboard's client metadata, as defined by OpenID's client registration."""
    is_public = client_id == PUBLIC
    return {
        "client_id": client_id,
        **({} if is_public else {"client_secret": CLIENT_SECRET}),
        "token_endpoint_auth_method": "none" if is_public else "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [f"{dashboard}/signin/callback/"],
        "post_logout_redirect_uris": [f"{dashboard}/signed-out/"],
        "backchannel_logout_uri": f"{dashboard}/signin/backchannel/",
        "backchannel_logout_session_required": True,
    }


class CertifiedProvider:
    """A context manager that runs the provider. `dashboards`: addresses by client id."""

    def __init__(self, dashboards: dict[str, str], folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "provider.log"
        self._clients = [registration(name, url) for name, url in dashboards.items()]
        self._seen = 0

    def __enter__(self) -> Self:
        people = {key: claims_of(persona) for key, persona in personas().items()}
        task = {"port": self.port, "people": people, "clients": self._clients}
        with self.log.open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [node(), str(HERE / "provider.mjs"), json.dumps(task)],
                stdin=subprocess.PIPE,  # closed if this process is killed: the provider stops
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.forget()
        deadline = time.monotonic() + START_SECONDS
        while not self.events("ready"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise AssertionError(f"The provider did not start.\n{self.log.read_text()}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdin
        self._process.stdin.close()

    def forget(self) -> None:
        """Ignore all events so far."""
        self._seen = len(self._lines()) if self.log.exists() else 0

    def _lines(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()

    def events(self, name: str) -> list[dict[str, Any]]:
        """The provider's events of this name, oldest first; each is logged before its response."""
        lines = [json.loads(line) for line in self._lines()[self._seen :] if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def count(self, path: str) -> int:
        """How often a path was requested."""
        return sum(event["path"] == path for event in self.events("request"))

    def refresh_tokens(self) -> list[str]:
        """All refresh tokens that the provider has issued, oldest first."""
        return [event["token"] for event in self.events("refresh token")]

    def redeem(self, refresh_token: str, client_id: str = CONFIDENTIAL) -> dict[str, Any]:
        """The provider's response to this refresh token, sent with the client's credentials."""
        return self._ask(
            "/token", client_id, grant_type="refresh_token", refresh_token=refresh_token
        )

    def is_alive(self, refresh_token: str) -> bool:
        """Whether introspection reports the token as active; does not use it up."""
        return bool(self._ask("/token/introspection", CONFIDENTIAL, token=refresh_token)["active"])

    def _ask(self, path: str, client_id: str, **fields: str) -> dict[str, Any]:
        if client_id == PUBLIC:
            auth, fields = None, {**fields, "client_id": client_id}
        else:
            auth = (client_id, CLIENT_SECRET)
        answer = requests.post(self.url + path, data=fields, auth=auth, timeout=20)
        told: dict[str, Any] = answer.json()
        return told
