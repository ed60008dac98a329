"""Mozilla's HTTP Observatory scans the product with production settings, on https and http."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from sandbox.dashboard import Dashboard, dashboard_environment
from sandbox.server import create_app
from tests.environment import CLIENT_SECRET, free_port
from tests.node import HERE, node

SECONDS = 60.0


@dataclass
class Site:
    """The dashboard on both ports, and the CA certificate that clients trust."""

    http_port: int
    https_port: int
    authority: Path
    tenant: str

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https_port}"

    def sign_in(self, persona: str) -> str:
        """Sign in; returns the session cookie."""
        with requests.Session() as browser:
            browser.verify, browser.trust_env = str(self.authority), False
            asked = browser.get(f"{self.url}/", timeout=10)
            assert asked.url.startswith(self.tenant), asked.url
            page = browser.post(asked.url, data={"persona": persona}, timeout=10)
            assert page.url == f"{self.url}/", page.url
            return f"__Host-session={browser.cookies['__Host-session']}"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Create a self-signed CA certificate for localhost and 127.0.0.1; returns it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "My Tasks tests")])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names.append(x509.IPAddress(ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@contextmanager
def provider(port: int, dashboard: str, tls: tuple[Path, Path]) -> Iterator[None]:
    """The sandbox tenant behind TLS: an http issuer would weaken the form-action of our CSP."""
    app = create_app(
        redirect_uris=[f"{dashboard}/signin/callback/"],
        post_logout_redirect_uris=[f"{dashboard}/signed-out/"],
        client_secret=CLIENT_SECRET,
        issuer=f"https://127.0.0.1:{port}",
        rate_limit=None,
    )
    context = tuple(str(path) for path in tls)
    server = make_server("127.0.0.1", port, app, threaded=True, ssl_context=context)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    node()
    folder = tmp_path_factory.mktemp("observatory")
    tls = certificate(folder)
    http_port, https_port, tenant_port = free_port(), free_port(), free_port()
    site = Site(http_port, https_port, tls[0], f"https://127.0.0.1:{tenant_port}")
    environment = dashboard_environment(
        tenant=site.tenant,
        profile="openid",
        client_id="my-tasks-sandbox",
        client_secret=CLIENT_SECRET,
        port=https_port,
        folder=folder,
    )
    environment |= {
        "PUBLIC_URL": site.url,
        "FRAME_ANCESTORS": "https://intranet.example.com",
        "REQUESTS_CA_BUNDLE": str(tls[0]),
        "WEB_CONCURRENCY": "1",
    }
    plain = Dashboard(environment, http_port)
    options = {"GUNICORN_CMD_ARGS": f"--certfile {tls[0]} --keyfile {tls[1]}"}
    encrypted = Dashboard({**environment, **options}, https_port)
    plain.migrate()
    with provider(tenant_port, site.url, tls):
        try:
            plain.start()
            encrypted.start()
            plain.wait_until_ready(cancelled=lambda: False)
            wait_for(f"{site.url}/healthz", tls[0])
            yield site
        finally:
            encrypted.stop()
            plain.stop()


def wait_for(url: str, authority: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=2, verify=str(authority)).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{url} did not answer")


def scan(site: Site, path: str, *headers: str) -> dict[str, Any]:
    """The Observatory's result for one page."""
    where = {"host": "localhost", "httpPort": site.http_port, "httpsPort": site.https_port}
    command = [node(), "observatory.mjs", json.dumps(where)]
    command.append(json.dumps({"path": path, "headers": headers}))
    said = subprocess.run(  # noqa: S603 - our own program
        command,
        cwd=HERE,
        env={"PATH": "/usr/bin:/bin", "NODE_EXTRA_CA_CERTS": str(site.authority)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    verdict: dict[str, Any] = json.loads(said.stdout)
    return verdict


def failures(verdict: dict[str, Any]) -> list[str]:
    return [f"{test['name']}: {test['result']}" for test in verdict["tests"] if not test["passed"]]


@pytest.mark.parametrize(
    ("path", "is_signed_in", "status"),
    [
        ("/", True, 200),
        ("/widget/", True, 200),
        ("/widget/", False, 401),
        ("/signed-out/", False, 200),
    ],
)
def test_the_observatory_gives_the_best_grade_and_no_test_fails(
    site: Site, path: str, status: int, *, is_signed_in: bool
) -> None:
    cookie = [f"Cookie: {site.sign_in('approver')}"] if is_signed_in else []

    verdict = scan(site, path, *cookie)

    assert (verdict["url"], verdict["status"]) == (f"{site.url}{path}", status)
    assert failures(verdict) == []
    assert verdict["grade"] == "A+"


def test_the_observatory_likes_the_cookies_and_hops_on_the_way_to_the_provider(site: Site) -> None:
    """The scan ends on the provider's page, which is not ours; check what leads to it only."""
    verdict = scan(site, "/")

    assert verdict["url"].startswith(site.tenant)
    ours = {test["name"]: test["result"] for test in verdict["tests"]}
    assert ours["cookies"] == "cookies-secure-with-httponly-sessions-and-samesite"
    assert ours["redirection"] == "redirection-to-https"


class Bare(BaseHTTPRequestHandler):
    """A page without any security headers."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Bare</title><script>1</script>")

    def log_message(self, *_: Any) -> None:
        """No output."""


def test_control_the_observatory_gives_a_bare_page_the_worst_grade(site: Site) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bare)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    bare = Site(server.server_port, free_port(), site.authority, site.tenant)

    verdict = scan(bare, "/")
    server.shutdown()
    server.server_close()
    thread.join()

    assert verdict["grade"] == "F"
    assert any("content-security-policy" in failure for failure in failures(verdict))
