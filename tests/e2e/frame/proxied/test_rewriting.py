"""Proxies that write headers in their own way, and that answer in our place."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.proxied.conftest import Servers
from tests.e2e.frame.proxied.steps import (
    NEVER_CAME,
    TASK,
    UNKNOWN,
    approve,
    approve_one_of_four,
)
from tests.e2e.reading import row, says, writes
from tests.e2e.watching import page_loads
from tests.proxies import HOST

LIMIT = """map $request_method $press { POST 1; default ""; }
limit_req_zone $press zone=one:1m rate=1r/m;"""
ELSEWHERE = "it came from another address"
SHIPPED = "proxy_set_header Host $host;"
HEAD = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode()
FETCH = """async path => {
  const begun = performance.now();
  const answer = await fetch(path, { cache: "no-store" });
  await answer.text();
  return [answer.status, performance.now() - begun];
}"""
BODY = f"POST /signin/backchannel/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 900\r\n\r\na"


@pytest.mark.parametrize(
    "written",
    [
        f"proxy_set_header Host {HOST}:443;",
        f"proxy_set_header Host {HOST.upper()};",
        f"proxy_set_header Host {HOST}.;",
        'proxy_set_header Origin "";\n    proxy_set_header Host $host;',
    ],
    ids=["with a port", "upper case", "a dot at the end", "no Origin"],
)
def test_pages_and_presses_work(page: Page, world: World, servers: Servers, written: str) -> None:
    servers.nginx.restart({SHIPPED: written})
    page.reload()
    approve(page)
    says(page, "Approved.")
    expect(row(page, TASK)).to_contain_text("Approved.")
    assert len(writes(world.tenant)) == 1


def test_the_upstream_s_name_as_host_is_refused_with_what_to_do(
    page: Page, world: World, servers: Servers
) -> None:
    servers.nginx.restart({SHIPPED: "proxy_set_header Host $proxy_host;"})
    approve(page)
    for place in (row(page, TASK).get_by_role("alert").first, page.get_by_role("main")):
        expect(place).to_contain_text("Nothing was done: My Tasks is at another address.")
        expect(place).to_contain_text("The request names another host as its address.")
        expect(place).to_contain_text("its setting ALLOWED_HOSTS lacks this name")
        answer = page.goto(page.url)
        assert answer
        assert answer.status == 400
    servers.nginx.restart()
    page.get_by_role("link", name="Go to my tasks").click()
    expect(row(page, TASK)).to_be_visible()
    assert writes(world.tenant) == []


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("proxy_set_header Origin https://elsewhere.example.net;", ELSEWHERE),
        (
            'proxy_set_header Origin ""; proxy_set_header Referer https://elsewhere.example.net/;',
            ELSEWHERE,
        ),
        (
            'proxy_set_header Origin ""; proxy_set_header Referer "";',
            "we cannot tell where it came from",
        ),
    ],
    ids=["another Origin", "another Referer", "neither"],
)
def test_another_origin_is_refused_with_what_to_do(
    page: Page, world: World, servers: Servers, written: str, reason: str
) -> None:
    servers.nginx.restart({SHIPPED: f"{SHIPPED} {written}"})
    with page_loads(page, 0):
        notice = approve(page)
        expect(notice).to_contain_text(f"Nothing was sent: {reason}.")
        expect(notice).to_contain_text(f"My Tasks takes nothing but from https://{HOST}")
        expect(notice).to_contain_text("the proxy before it changes the header Origin or Referer")
    assert writes(world.tenant) == []


@pytest.mark.parametrize(
    ("changes", "around"),
    [
        ({"client_max_body_size 1m;": "client_max_body_size 10;"}, ""),
        ({"large_client_header_buffers 4 16k;": "large_client_header_buffers 1 512;"}, ""),
        ({"large_client_header_buffers 4 16k;": "if ($request_method = POST) { return 400; }"}, ""),
        (
            {"    location / {\n": "    location / {\n        limit_req zone=one;\n"},
            LIMIT,
        ),
    ],
    ids=["413", "long headers", "400", "503"],
)
def test_what_nginx_says_in_our_place_is_no_answer(
    page: Page, world: World, servers: Servers, changes: dict[str, str], around: str
) -> None:
    servers.nginx.restart(changes, around)
    with page_loads(page, 0):
        if around:  # the one request that the limit lets through
            approve_one_of_four(page)
        notice = approve(page)
        expect(notice).to_contain_text(UNKNOWN)
        expect(page.get_by_role("heading", name="Pending tasks")).to_be_visible()
        servers.nginx.restart()
        expect(notice).to_contain_text(NEVER_CAME)
    assert len(writes(world.tenant)) == (1 if around else 0)


@pytest.mark.parametrize(
    ("count", "data"),
    [(40, HEAD), (60, b""), (60, BODY.encode())],
    ids=["half heads", "idle", "half bodies"],
)
def test_slow_clients_delay_neither_probe_nor_file_nor_page(
    page: Page, servers: Servers, count: int, data: bytes
) -> None:
    paths = ("/healthz", "/static/favicon.svg", "/")
    alone = {path: page.evaluate(FETCH, path)[1] for path in paths}
    with ExitStack() as held:
        for _ in range(count):
            held.enter_context(servers.begin(data))
        for path in paths:
            status, milliseconds = page.evaluate(FETCH, path)
            assert status == 200
            assert milliseconds < 1000 + alone[path]  # who is held up waits for ten seconds
