"""Bodies that are too long, of a wrong form, or files: refused in our words, kept nowhere."""

import os
import time
from pathlib import Path

import pytest
import requests

from tests.serving.conftest import Serve
from tests.serving.served import Served

ADDRESSES = (
    "/signin/backchannel/",
    "/nowhere/at/all",
    "/signin/popup/bind/",
    "/work-items/x/approve/",
)
FILE = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b.bin"\r\n\r\n%b\r\n--x--\r\n'


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def served(serve: Serve, temporary: Path) -> Served:
    return serve(TMPDIR=str(temporary))


def post(served: Served, path: str, data: bytes, content_type: str) -> requests.Response:
    address = f"http://localhost:{served.port}{path}"
    headers = {"Content-Type": content_type}
    return requests.post(address, data, headers=headers, allow_redirects=False, timeout=20)


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_long_body_is_refused_before_it_is_sent(served: Served, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000000\r\n\r\n"
    started = time.monotonic()
    with served.begin(head.encode()) as connection:
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert time.monotonic() - started < 3


def test_its_page_says_so(served: Served) -> None:
    answer = post(served, "/nowhere", b"a" * 1_000_001, "text/plain")

    assert answer.status_code == 413
    assert "This is too much at once" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=base64",
        "multipart/form-data; boundary=x; charset=utf-16",
        "multipart/form-data; boundary=\xe4",
        "application/x-www-form-urlencoded; charset=base64",
        "application/x-www-form-urlencoded; charset=nonsense",
        "application/x-www-form-urlencoded; charset=idna",
    ],
)
def test_a_body_of_a_wrong_form_is_no_fault_of_ours(
    served: Served, path: str, content_type: str
) -> None:
    for query in ("", "?next=/x%ff"):
        answer = post(served, path + query, b"--x\r\nbroken", content_type)

        assert 300 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_file_is_refused_and_kept_nowhere(served: Served, path: str, temporary: Path) -> None:
    answer = post(served, path, FILE % os.urandom(900_000), "multipart/form-data; boundary=x")

    assert 300 <= answer.status_code < 500
    assert not list(temporary.iterdir())
