"""Debian's own Firefox, driven over WebDriver BiDi by the program in tests/node/firefox.

Playwright is not used because it supports only its own patched Firefox.
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
At = Literal["page", "frame", "window"]  # the host page, the frame in it, the popup window


def installed() -> str:
    """Firefox's path. Without Firefox the test is skipped; in CI it fails."""
    named = (os.environ.get("FIREFOX"), *map(shutil.which, INSTALLED))
    path = next((path for path in named if path and Path(path).exists()), None)
    if path is None:
        missing("Firefox (the system package firefox-esr, or its path in the variable FIREFOX)")
    return path


class Firefox:
    """Firefox with a new profile, and the actions of a person. A context manager."""

    def __init__(self, cookies: Cookies, folder: Path) -> None:
        self.log = folder / "firefox.log"
        with self.log.open("w") as log:
            self.program = subprocess.Popen(  # noqa: S603 - our own program
                [node(), str(PROGRAM), installed(), cookies],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # Do not use the developer's own profile, and leave nothing behind.
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
        """If the program hangs: kill it, and Firefox with its process group."""
        self.program.kill()
        if self.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def send(self, command: str, **how: Any) -> Any:
        """Send one line of JSON to the program and read one line back."""
        assert self.program.stdin
        with suppress(BrokenPipeError):
            print(json.dumps({"command": command, **how}), file=self.program.stdin, flush=True)
        return self.answer(f"{command} {how}")

    def answer(self, command: str) -> Any:
        assert self.program.stdout
        answer = json.loads(self.program.stdout.readline() or '{"error": "It has ended."}')
        if "value" in answer:
            return answer["value"]
        told = (f"{command}: {answer['error']}", answer.get("seen", ""), self.log.read_text())
        raise AssertionError("\n".join(told))

    def open(self, url: str) -> None:
        """Open a new tab in the foreground."""
        self.send("open", url=url)

    def close(self) -> None:
        """Close the foreground tab."""
        self.send("close")

    def reload(self) -> None:
        self.send("reload")

    def press(
        self, name: str, at: At = "frame", *, role: str = "button", inside: str = "body"
    ) -> None:
        """Press the element with this ARIA role and name; `inside` is a CSS selector."""
        self.send("press", at=at, inside=inside, role=role, name=name)

    def press_again(self) -> None:
        """Press once more on the spot of the last press, whatever is there now."""
        self.send("pressAgain")

    def fill(self, name: str, text: str, *, role: str = "textbox", inside: str = "body") -> None:
        self.send("fill", at="frame", inside=inside, role=role, name=name, text=text)

    def until(self, expression: str, at: At = "page") -> Any:
        """Wait until the JavaScript expression is truthy; returns its value."""
        return self.send("until", at=at, expression=expression)

    def sees(self, text: str, at: At = "frame") -> None:
        self.until(f"document.body.innerText.includes({json.dumps(text)})", at)

    def choose(self, key: str, at: At = "window") -> None:
        """Sign in as this persona at the provider."""
        person = personas()[key]
        self.press(f"{person.name} {person.blurb}", at)

    def window_is_gone(self) -> None:
        self.send("windowIsGone")

    def cookies_of(self, url: str) -> set[str]:
        """Names of the site's cookies in the partition of the foreground tab."""
        return set(self.send("cookies", url=url))

    def complaints(self) -> list[str]:
        """Script errors and violations of the content security policy."""
        found: list[str] = self.send("complaints")
        return found
