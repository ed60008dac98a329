"""What a proxy says about the connection before it is believed only where TRUST_PROXY says so."""

import pytest

from tests.serving.conftest import Serve

PUBLIC = {"PUBLIC_URL": "https://tasks.example.com", "ALLOWED_HOSTS": "tasks.example.com"}
HOST = {"Host": "tasks.example.com"}


@pytest.mark.parametrize(
    "said",
    [
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Ssl": "on"},
        {"X-Forwarded-Protocol": "ssl"},
    ],
    ids=lambda said: next(iter(said)),
)
def test_nobody_on_this_machine_is_believed_by_default(serve: Serve, said: dict[str, str]) -> None:
    status, headers, _ = serve(**PUBLIC).ask("/signin/", HOST | said)

    assert status == 301
    assert headers["Location"] == "https://tasks.example.com/signin/"


def test_no_peer_may_move_our_addresses(serve: Serve) -> None:
    served = serve(TRUST_PROXY="true", **PUBLIC)
    https = {"X-Forwarded-Proto": "https"}

    status, headers, _ = served.ask("/signin/", HOST | https | {"SCRIPT_NAME": "/signin"})

    assert (status, "/openid/authorize" in headers["Location"]) == (302, True)


def test_the_access_log_names_the_peer_by_default(serve: Serve) -> None:
    served = serve()
    served.ask("/signin/", {"X-Forwarded-For": "203.0.113.7"})

    served.wait_for_line('127.0.0.1 "GET /signin/')


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("10.9.9.9, 2001:db8::7", "2001:db8::7"),
        ("203.0.113.8, unknown", "127.0.0.1"),
        ('203.0.113.8" 200 "', "127.0.0.1"),
    ],
)
def test_the_access_log_names_the_client_behind_a_trusted_proxy(
    serve: Serve, said: str, logged: str
) -> None:
    served = serve(TRUST_PROXY="true")
    served.ask("/signin/", {"X-Forwarded-For": said})

    served.wait_for_line(f'{logged} "GET /signin/')
