"""Debian's own Firefox, driven over WebDriver BiDi by the program in tests/node/firefox.

Playwright cannot: it drives only the Firefox that its makers have patched.
"""

import json
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any, Literal, Self

from sandbox.people import personas
from tests.environment import missing
from tests.node import HERE, node

INSTALLED = ("firefox-esr", "firefox")
PROGRAM = HERE / "firefox" / "main.mjs"
LIFETIME = 180.0  # seconds: the program limits each of its steps, this limits the program

Cookies = Literal["partitioned", "opt-in", "refused"]  # see tests/node/firefox/preferences.mjs
At = Literal["page", "frame", "window"]  # our page, the frame in it, the window that it has opened


def installed() -> str:
    """Firefox's path. Skips the test where there is none; in CI that is a failure."""
    named = (os.environ.get("FIREFOX"), *map(shutil.which, INSTALLED))
    path = next((path for path in named if path and Path(path).exists()), None)
    if path is None:
        missing("Firefox (the system package firefox-esr, or its path in the variable FIREFOX)")
    return path


class Firefox:
    """A browser that was just installed, and a person who uses it. `with` ends it."""

    def __init__(self, cookies: Cookies, folder: Path) -> None:
        self.log = folder / "firefox.log"
        with self.log.open("w") as log:
            self.program = subprocess.Popen(  # noqa: S603 - our own program
                [node(), str(PROGRAM), installed(), cookies],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # Nothing of the developer's own Firefox gets in, nothing of this one stays.
                env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder)},
            )
        self.pid = 0
        self.watchdog = Timer(LIFETIME, self.kill)

    def __enter__(self) -> Self:
        self.watchdog.start()
        try:
            self.pid = self.answer("start")["pid"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self.program.stdin
        assert self.program.stdout
        with suppress(BrokenPipeError):
            self.program.stdin.close()  # tells the program to end, and Firefox with it
        try:
            self.program.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            self.program.wait(10)
        self.watchdog.cancel()
        self.program.stdout.close()

    def kill(self) -> None:
        """If the program hangs: it and Firefox, which leads a group of processes of its own."""
        self.program.kill()
        if self.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def wish(self, wish: str, **how: Any) -> Any:
        """One line to the program, one line back."""
        assert self.program.stdin
        with suppress(BrokenPipeError):
            print(json.dumps({"wish": wish, **how}), file=self.program.stdin, flush=True)
        return self.answer(f"{wish} {how}")

    def answer(self, wish: str) -> Any:
        assert self.program.stdout
        answer = json.loads(self.program.stdout.readline() or '{"error": "It has ended."}')
        if "value" in answer:
            return answer["value"]
        told = (f"{wish}: {answer['error']}", answer.get("seen", ""), self.log.read_text())
        raise AssertionError("\n".join(told))

    def open(self, url: str) -> None:
        """In a new tab, in front of the others."""
        self.wish("open", url=url)

    def close(self) -> None:
        """The tab in front."""
        self.wish("close")

    def reload(self) -> None:
        self.wish("reload")

    def press(
        self, name: str, at: At = "frame", *, role: str = "button", inside: str = "body"
    ) -> None:
        """What has that role and name to a screen reader; `inside` is a selector."""
        self.wish("press", at=at, inside=inside, role=role, name=name)

    def fill(self, name: str, text: str, *, role: str = "textbox", inside: str = "body") -> None:
        self.wish("fill", at="frame", inside=inside, role=role, name=name, text=text)

    def until(self, expression: str, at: At = "page") -> Any:
        """The expression's value, once it is true."""
        return self.wish("until", at=at, expression=expression)

    def sees(self, text: str, at: At = "frame") -> None:
        self.until(f"document.body.innerText.includes({json.dumps(text)})", at)

    def choose(self, key: str, at: At = "window") -> None:
        """Be somebody at the provider."""
        person = personas()[key]
        self.press(f"{person.name} {person.blurb}", at)

    def window_is_gone(self) -> None:
        self.wish("windowIsGone")

    def cookies_of(self, url: str) -> set[str]:
        """The names of what is held of that site in the partition of the tab in front."""
        return set(self.wish("cookies", url=url))

    def complaints(self) -> list[str]:
        """Errors of scripts, and what a content security policy has stopped."""
        found: list[str] = self.wish("complaints")
        return found
