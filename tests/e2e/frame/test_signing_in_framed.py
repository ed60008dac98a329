"""Sign-in inside a frame, with third-party cookies blocked."""

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.e2e.frame.conftest import Start, World
from tests.e2e.frame.sites import page_around
from tests.e2e.frame.widget import Widget, choose, code_from

ENOUGH = "allow-scripts allow-same-origin allow-forms allow-popups"


@pytest.mark.parametrize(("blocks", "plain"), [(True, False), (False, True)])
def test_canary_third_party_cookies_are_what_we_say(
    start: Start, world: World, *, blocks: bool, plain: bool
) -> None:
    """Checks the test setup: if this fails, the other tests of this folder prove nothing."""
    browser = start(blocks=blocks)
    page = browser.new_page()
    for path in ("/cookies/set", "/cookies"):
        page.goto(page_around(world.stranger + path, site=world.host))

    held = page.frame_locator("iframe").locator("pre").inner_text()

    assert "chips=1" in held
    assert ("plain=1" in held) is plain


def test_canary_storage_is_partitioned(browser: BrowserContext, world: World) -> None:
    page = browser.new_page()
    page.goto(f"{world.stranger}/cookies")
    page.evaluate("localStorage.setItem('canary', '1')")
    page.goto(page_around(f"{world.stranger}/cookies", site=world.host))

    framed = page.frame_locator("iframe").locator("body")

    assert framed.evaluate("() => localStorage.getItem('canary')") is None


def test_one_click_one_window_and_the_widget_is_signed_in(
    browser: BrowserContext, world: World
) -> None:
    widget = Widget(browser, world)
    popup = widget.press()
    with popup.expect_event("close"):
        choose(world, popup)
    widget.arrived()

    assert "debug: heard signin:done" in world.said
    cookies = {cookie["name"]: cookie for cookie in browser.cookies(world.dash)}
    mine = cookies["__Host-widget"]
    assert mine["httpOnly"]
    assert mine["secure"]
    assert str(mine.get("partitionKey")).startswith("http://intranet.localhost")
    assert cookies["session"].get("partitionKey") is None
    full_page = browser.new_page()
    full_page.goto(f"{world.dash}/signed-out/")
    answer = full_page.evaluate("async () => (await fetch('/', {redirect: 'manual'})).type")
    assert answer == "opaqueredirect"  # a redirect to the sign-in: the full page has no session


def test_the_frame_and_the_full_page_may_be_two_people(
    browser: BrowserContext, world: World
) -> None:
    full_page = browser.new_page()
    full_page.goto(world.dash)
    choose(world, full_page, "admin")
    admin = full_page.get_by_role("button", name=world.tenant.persona("admin").name)
    expect(admin).to_be_visible()
    browser.clear_cookies(domain="127.0.0.1")  # end the session at the provider

    widget = Widget(browser, world)
    widget.sign_in("approver")

    full_page.reload()
    expect(admin).to_be_visible()
    widget.page.reload()
    widget.arrived()


def test_a_provider_that_removes_the_popups_opener(browser: BrowserContext, world: World) -> None:
    world.opener_policy.policy = "same-origin"
    widget = Widget(browser, world)

    widget.sign_in()

    assert "debug: heard signin:done" not in world.said


@pytest.mark.parametrize(
    "how",
    [
        {"coop": "same-origin-allow-popups"},
        {"coep": "require-corp"},
        {"sandbox": ENOUGH},
        {"sandbox": f"{ENOUGH} allow-popups-to-escape-sandbox"},
    ],
    ids=str,
)
def test_host_pages_that_keep_the_popups_opener(
    browser: BrowserContext, world: World, how: dict[str, str]
) -> None:
    Widget(browser, world, **how).sign_in()

    assert "debug: heard signin:ticket" in world.said


@pytest.mark.parametrize("how", [{"coop": "same-origin"}, {"credentialless": ""}], ids=str)
def test_a_host_page_that_removes_the_popups_opener_gets_the_code(
    browser: BrowserContext, world: World, how: dict[str, str]
) -> None:
    widget = Widget(browser, world, **how)

    code = code_from(world, widget.press())
    widget.page.bring_to_front()
    widget.use_code("AAAA-AAAA")
    expect(widget.says("wrong")).to_be_visible()
    widget.use_code(code)

    widget.arrived()


def test_a_sandbox_without_popups_says_what_to_do(browser: BrowserContext, world: World) -> None:
    widget = Widget(browser, world, sandbox="allow-scripts allow-same-origin allow-forms")

    widget.button.click()

    expect(widget.says("blocked")).to_be_visible()
    away = widget.frame.get_by_role("link", name="in a new tab")
    assert away.get_attribute("href") == f"{world.dash}/"
    assert away.get_attribute("target") == "_blank"
    assert away.get_attribute("rel") == "noopener"


def test_a_blocked_popup_says_what_to_do(browser: BrowserContext, world: World) -> None:
    """A click without a user gesture: the browser's popup blocker applies."""
    widget = Widget(browser, world)
    expect(widget.button).to_be_visible()
    press = "() => { setTimeout(() => document.querySelector('[data-signin-open]').click(), 5500) }"
    widget.frame.locator("body").evaluate(press)
    widget.page.wait_for_timeout(6000)  # no input meanwhile: it would count as a user gesture

    expect(widget.says("blocked")).to_be_visible()
    widget.sign_in()  # a real click works


@pytest.mark.parametrize("trouble", ["no connection", "503"])
def test_a_server_that_does_not_answer_is_told_from_a_browser_without_cookies(
    browser: BrowserContext, world: World, trouble: str
) -> None:
    def fail(route: Route) -> None:
        route.abort() if trouble == "no connection" else route.fulfill(status=503)

    widget = Widget(browser, world)
    browser.route("**/widget/signin/begin/", fail)

    popup = widget.press()
    expect(widget.says("no-answer")).to_be_visible()
    browser.unroute_all()
    if not popup.is_closed():  # without a ticket it has no further use
        popup.wait_for_event("close")
    widget.sign_in()


def test_a_popup_closed_too_early_says_so(browser: BrowserContext, world: World) -> None:
    widget = Widget(browser, world)

    popup = widget.press()
    popup.get_by_role("heading", name="Sign in", exact=True).wait_for()
    popup.close()

    expect(widget.says("closed")).to_be_visible()
    widget.sign_in()


def test_a_sign_in_that_takes_too_long_says_so(own_browser: BrowserContext, world: World) -> None:
    widget = Widget(own_browser, world)
    expect(widget.button).to_be_visible()
    widget.page.clock.install()
    popup = widget.press()
    popup.get_by_role("heading", name="Sign in", exact=True).wait_for()

    widget.page.clock.fast_forward("10:05")

    expect(widget.says("late")).to_be_visible()
    popup.close()


def test_a_refusal_of_the_provider_is_said_in_the_frame(
    browser: BrowserContext, world: World
) -> None:
    widget = Widget(browser, world)
    popup = widget.press()
    popup.get_by_role("heading", name="Sign in", exact=True).wait_for()
    asked = popup.evaluate("() => Object.fromEntries(new URLSearchParams(location.search))")
    issuer = popup.evaluate("() => location.origin")

    popup.goto(
        f"{world.dash}/signin/callback/?error=access_denied&state={asked['state']}&iss={issuer}"
    )

    expect(popup.get_by_role("heading")).to_have_text("The sign-in was cancelled or not allowed")
    expect(widget.says("refused")).to_contain_text("The sign-in was cancelled or not allowed.")
    popup.close()
    widget.sign_in()


def test_a_page_that_is_not_listed_cannot_frame_us(browser: BrowserContext, world: World) -> None:
    page = browser.new_page()
    page.goto(page_around(f"{world.dash}/widget/", site=world.stranger))

    page.wait_for_function("() => frames.length === 1")
    (framed,) = page.main_frame.child_frames
    framed.wait_for_load_state()

    assert framed.url.startswith("chrome-error:")
    world.said.clear()  # the browser's message about the violation


def test_a_session_that_ends_while_typing_loses_nothing(
    browser: BrowserContext, world: World
) -> None:
    widget = Widget(browser, world)
    widget.sign_in()
    widget.frame.get_by_role("button", name="Forward").first.click()
    comment = widget.frame.get_by_role("textbox", name="Comment")
    comment.fill("A long explanation.")
    world.forget_sessions()

    send = widget.frame.locator("form:has(textarea)").get_by_role("button", name="Forward")
    widget.decide(send)
    expect(widget.frame.get_by_text("what you typed is still here")).to_be_visible()
    widget.press()  # the session at the provider still exists
    expect(widget.says("done")).to_be_visible()
    expect(widget.says("done")).to_have_text("Signed in. Press again.")

    assert comment.input_value() == "A long explanation."
    widget.decide(send)
    expect(
        widget.frame.locator("#id_target_error").first
    ).to_be_visible()  # the server's validation errors
    assert comment.input_value() == "A long explanation."


def test_signing_out_in_the_frame_brings_the_button_back(
    browser: BrowserContext, world: World
) -> None:
    widget = Widget(browser, world)
    widget.sign_in()

    widget.sign_out()

    expect(widget.button).to_be_visible()
    widget.press()
    widget.arrived()


def test_signing_out_of_the_full_page_ends_the_widget(
    browser: BrowserContext, world: World
) -> None:
    widget = Widget(browser, world)
    widget.sign_in()
    full_page = browser.new_page()
    full_page.goto(world.dash)  # the session at the provider already exists
    person = full_page.get_by_role("button", name=world.tenant.persona("approver").name)
    person.click()
    full_page.get_by_role("button", name="Sign out").click()
    expect(full_page.get_by_role("heading", name="You are signed out")).to_be_visible()

    widget.page.reload()

    expect(widget.button).to_be_visible()


def test_two_widgets_on_a_page_are_signed_in_together(
    browser: BrowserContext, world: World
) -> None:
    widget = Widget(browser, world, times="2")

    widget.sign_in()

    expect(widget.page.frame_locator("iframe").last.locator("#tasks")).to_be_visible()


def test_a_page_of_the_same_site_shares_the_sign_in(browser: BrowserContext, world: World) -> None:
    full_page = browser.new_page()
    full_page.goto(world.dash)
    choose(world, full_page)
    expect(full_page.locator("#tasks")).to_be_visible()

    Widget(browser, world, site=world.near).arrived()

    assert "__Host-widget" not in {cookie["name"] for cookie in browser.cookies(world.dash)}


def test_the_button_works_in_a_page_of_the_same_site(browser: BrowserContext, world: World) -> None:
    widget = Widget(browser, world, site=world.near)

    widget.sign_in()

    widget.page.reload()
    widget.arrived()


def test_a_popup_opened_by_a_foreign_page_speaks_with_nobody(
    browser: BrowserContext, world: World
) -> None:
    evil = browser.new_page()
    evil.goto(f"{world.stranger}/")
    evil.evaluate("() => { window.got = []; onmessage = (e) => got.push(e.data) }")
    with evil.expect_popup() as opened:
        address = f"{world.dash}/signin/popup/#{'0' * 64}"
        evil.evaluate("url => { window.popup = open(url, '_blank', 'popup') }", address)
    popup = opened.value
    popup.get_by_text("One moment, please").wait_for()

    evil.evaluate("() => popup.postMessage({type: 'signin:ticket', ticket: 'x'}, '*')")
    popup.wait_for_timeout(500)

    assert evil.evaluate("() => got") == []
    expect(popup.get_by_text("One moment, please")).to_be_visible()
    assert popup.get_by_role("button", name="show me a code").is_hidden()
