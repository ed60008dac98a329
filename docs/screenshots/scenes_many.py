"""Scenes of many tasks at once: ticked, alike, one by one, handed over, and of other people."""

from collections.abc import Sequence
from typing import Final

from playwright.sync_api import Locator, Page, expect

from docs.screenshots.looks import DARK, GERMAN, LIGHT, NARROW, NARROW_DARK, Scene, whole
from sandbox.handle import Sandbox
from tests.e2e.queues import fill
from tests.e2e.reading import stands_still

PLAIN: Final = ("Opportunity Editor", "ximena.caballero", "Z_AP_CLERK")
FLAGGED: Final = "BREAKGLASS"
MANUAL: Final = "40018831"  # it is neither approved nor rejected
SEEN: Final = 15_000  # milliseconds: how much waits for an owner is asked when the page stands


def tick(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("article", name=name).get_by_role("checkbox").first.click()
    expect(page.locator("#selected")).to_contain_text(str(len(names)))


def press(page: Page, verb: str, within: str = "#selected") -> None:
    page.locator(f"{within} [formaction*='bulk/{verb}/']").first.click()
    expect(page.locator("[name=confirmed], [name=comment]").first).to_be_attached()


def selected(page: Page, _sandbox: Sandbox) -> None:
    tick(page, *PLAIN)


def confirmed(page: Page, _sandbox: Sandbox) -> None:
    tick(page, *PLAIN, FLAGGED, MANUAL)
    press(page, "approve")


def forwarded(page: Page, _sandbox: Sandbox) -> None:
    tick(page, *PLAIN)
    press(page, "forward")
    page.locator("summary", has=page.locator("xpath=..//*[@data-ready-comment]")).click()
    expect(page.get_by_role("radio").first).to_be_visible()


def received(page: Page, sandbox: Sandbox) -> None:
    send_at_once(page)
    tick(page, *PLAIN, FLAGGED)
    press(page, "approve")
    sandbox.fault("POST", "/work-items/", status=400)
    page.locator("form.dialog__form button.button--solid").click()
    expect(page.locator("#run form[action*='retry']")).to_be_visible(timeout=SEEN)


def send_at_once(page: Page) -> None:
    page.goto("/settings/")
    page.locator("[name=undo][value='0']").check()
    page.locator("form.dialog__form button.button--solid").click()
    page.goto("/")


def piles(page: Page, _sandbox: Sandbox) -> None:
    whole(page, group="alike")


def opened_pile(page: Page, sandbox: Sandbox) -> None:
    piles(page, sandbox)
    page.locator(".pile summary").first.click()
    expect(page.locator(".pile .task").first).to_be_visible()


def confirmed_pile(page: Page, sandbox: Sandbox) -> None:
    piles(page, sandbox)
    press(page, "approve", ".pile")


def piles_in_the_widget(page: Page, sandbox: Sandbox) -> None:
    fill(sandbox, "admin", 6)
    page.goto("/widget/try/")
    frame = page.frame_locator("iframe")
    frame.locator("[data-stays=alike]").click()
    frame.locator("select[name=group]").select_option("source")
    expect(frame.locator(".pile").first).to_be_visible(timeout=SEEN)


def one_by_one(page: Page, _sandbox: Sandbox) -> None:
    whole(page, flags="1", find="1")
    page.goto("/triage/")
    expect(page.locator(".triage__buttons")).to_be_visible(timeout=SEEN)


def basket(page: Page, sandbox: Sandbox) -> None:
    one_by_one(page, sandbox)
    for letter in "asacra":
        place = page.locator(".triage__place").inner_text()
        button = page.locator(f".triage__buttons [data-key={letter}]").last
        stands_still(button if button.count() else page.locator("[data-key=s]")).click()
        expect(page.locator(".triage__place")).not_to_have_text(place, use_inner_text=True)
    page.goto("/triage/send/")
    expect(page.locator(".basket__line").first).to_be_visible()


def flagged(page: Page, _sandbox: Sandbox) -> None:
    page.get_by_role("article", name=FLAGGED).get_by_role("heading").get_by_role("link").click()
    expect(page.locator("#panel .flag").first).to_be_visible()


def owners(page: Page, _sandbox: Sandbox) -> None:
    give_reason(page)
    page.goto("/owner/?q=ma")
    expect(page.locator(".owner__numbers b").nth(4)).to_be_visible(timeout=SEEN)


def board(page: Page, sandbox: Sandbox) -> None:
    give_reason(page)
    people = [sandbox.persona(key) for key in ("approver", "agent", "heavy")]
    pin(page, [one.alias for one in people])
    page.goto("/board/")
    expect(page.locator("section").last.locator(".owner__numbers b")).to_have_count(
        len(people), timeout=SEEN
    )


def give_reason(page: Page) -> None:
    page.goto("/reason/")
    page.locator("[name=reason]").fill("She is on leave, ticket 4711")
    page.locator("#reason button.button--solid").click()
    expect(page.locator("#reason")).to_have_count(0)


def pin(page: Page, aliases: Sequence[str]) -> None:
    for alias in aliases:
        page.goto(f"/owner/?q={alias}")
        form: Locator = page.locator("form.pin").first
        if "unpin" not in (form.get_attribute("action") or ""):
            form.get_by_role("button").click()
            expect(page.locator("form.pin[action*=unpin]").first).to_be_visible()


SCENES_OF_MANY: Final = {
    "selected": Scene(selected, (LIGHT, NARROW_DARK)),
    "many": Scene(confirmed, (LIGHT, NARROW, GERMAN)),
    "hand-over": Scene(forwarded, (LIGHT,)),
    "piles": Scene(piles, (LIGHT, DARK, NARROW), "heavy"),
    "pile-open": Scene(opened_pile, (LIGHT,), "heavy"),
    "pile-asked": Scene(confirmed_pile, (LIGHT,), "heavy"),
    "piles-widget": Scene(piles_in_the_widget, (LIGHT,), "admin"),
    "flags": Scene(flagged, (LIGHT,)),
    "one-by-one": Scene(one_by_one, (LIGHT, NARROW_DARK, GERMAN)),
    "basket": Scene(basket, (LIGHT,)),
    "owners": Scene(owners, (LIGHT,), "admin"),
    "board": Scene(board, (LIGHT, NARROW), "admin"),
    "receipt": Scene(received, (LIGHT,)),
}
