"""A person without a mouse: presses keys, and never loses sight of where they are."""

import re
from typing import Self

from playwright.sync_api import Frame, Page, expect

STILL = 800  # milliseconds: after a change a key that decides is taken again
# What has the focus, and what is wrong with that: "" where a person sees it.
FOCUSED = """() => {
  const one = document.activeElement;
  const ids = one.getAttribute("aria-labelledby")?.split(" ");
  const named = ids?.map((id) => document.getElementById(id).textContent).join(" ");
  const label = named ?? one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText;
  const name = (label ?? one.innerText ?? "")
    .replace(/\\s+/g, " ").trim();
  if (one === document.body) return [name, "nothing has the focus"];
  if (!one.checkVisibility({ visibilityProperty: true })) return [name, "it is hidden"];
  const isSeen = (part) => [...part.getClientRects()].some((box) => {
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return top && (part.contains(top) || top.contains(part));
  });
  const seen = [one, ...(one.labels ?? [])].some(isSeen);
  return [name, seen ? "" : "it is covered, or not on the screen"];
}"""
HEARD = """() => {
  for (const one of document.querySelectorAll("#status > *")) one.dataset.heard = "";
}"""


class Hands:
    """On a keyboard. After each key the focus is where a person sees it."""

    def __init__(self, page: Page, frame: Frame | None = None) -> None:
        self.page = page
        self.frame = frame or page.main_frame

    def press(self, *keys: str) -> Self:
        """What the live region has said until now is no answer to these."""
        self.frame.evaluate(HEARD)
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def look(self) -> str:
        """The name of what has the focus."""
        name, wrong = self.frame.evaluate(FOCUSED)
        assert not wrong, f"{name!r}: {wrong}"
        return str(name)

    def reach(self, name: str, key: str = "Tab", most: int = 60) -> Self:
        """Press Tab until the name of what has the focus begins so."""
        passed = []
        for _ in range(most):
            self.page.keyboard.press(key)
            if self.frame.evaluate("document.activeElement === document.body"):
                continue  # at the end of the page come the browser's own controls
            passed.append(self.look())
            if re.match(name, passed[-1]):
                return self
        raise AssertionError(f"{name!r} was not among {passed[:30]}")

    def at(self, name: str) -> Self:
        """The focus is there, or comes there."""
        for _ in range(40):
            if re.match(name, str(self.frame.evaluate(FOCUSED)[0])):
                break
            self.page.wait_for_timeout(50)
        assert re.match(name, self.look()), f"{name!r}, but the focus is on {self.look()!r}"
        return self

    def hears(self, text: str | re.Pattern[str]) -> Self:
        """The page's live region says this since the last press; the focus is not lost."""
        status = self.frame.locator("#status").and_(self.frame.get_by_role("status"))
        expect(status.locator("> :not([data-heard])")).to_contain_text(text)
        self.look()
        return self
