"""Who presses: plain HTTP clients of signed-in people, each press sent once and never repeated."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from secrets import token_urlsafe
from urllib.parse import urlencode

from bs4 import BeautifulSoup

from sandbox.dashboard import public_url
from tests.bench.measure import text_of
from tests.bench.visitor import HTMX, Answer, Visitor, sign_in
from tests.faults.moments import Moment

PERSONA = "heavy"
ONE_LINE = ("approve", "reject")
ALL_LINES = ("approve-all", "reject-all")


@dataclass
class Told:
    """What the person was told: `words` are those of the status line or of the notice."""

    status: int
    words: str
    whole: str = ""


@dataclass
class Press:
    """One press of a button, and its answer; None where the connection broke.

    `command` is what is asked for, as in the ledger: approve, reject-all, forward, complete, ...
    `step` is what is asked about a decision that was pressed before and is held: undo, over.
    """

    command: str
    key: str
    told: Told | None = None
    step: str = ""


@dataclass
class Decision:
    """All presses on one work item, or on one approval item of it.

    `lines` are the approval items that are decided, `target` is the id of the person to whom the
    item is forwarded. `is_hit`: the fault did meet it in flight. `pressed_at` and `due_at` are in
    epoch seconds, for what is held and must be sent in order and in time. `groups`: where the
    receipt of its run names it; None where it is of no run, or no receipt was found.
    """

    moment: Moment
    item: str
    lines: Sequence[str]
    target: str = ""
    presses: list[Press] = field(default_factory=list)
    is_hit: bool = True
    pressed_at: float = 0.0
    due_at: float = 0.0
    groups: Sequence[str] | None = None

    def press(self, command: str, key: str = "") -> Press:
        press = Press(command, key or token_urlsafe(12))
        self.presses.append(press)
        return press

    def step(self, name: str) -> Press:
        """What is asked about the first press, which is held."""
        first = self.presses[0]
        press = Press(first.command, first.key, step=name)
        self.presses.append(press)
        return press


class Sender(Visitor):
    """Sends forms in which a name may stand more than once."""

    def send(self, path: str, fields: Sequence[tuple[str, str]], **more: str) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", **more}
        return self._ask("POST", path, urlencode(fields).encode(), headers)


class Seat:
    """One session of the person."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = sign_in(public_url(port), PERSONA)
        visitor = Visitor(port, self.cookie)
        page = BeautifulSoup(text_of(visitor.get("/")), "html.parser")
        visitor.close()
        found = page.select_one("form.actions input[name=csrfmiddlewaretoken]")
        assert found is not None, "the list offers nothing to decide"
        self.token = str(found["value"])

    def send(self, decision: Decision, press: Press) -> None:
        """Send the form as the page does: of the list, of a confirmation, or to forward it."""
        path = f"/work-items/{decision.item}/{press.command}/"
        # As the confirmation's own button: it may be a flagged task, which asks first.
        fields = [("csrfmiddlewaretoken", self.token), ("surface", "list"), ("key", press.key)]
        fields.append(("confirmed", "on"))
        if press.command in ONE_LINE:
            path += f"{decision.lines[0]}/"
        elif press.command in ALL_LINES:
            fields += [("line", line) for line in decision.lines]
        elif press.command == "forward":
            fields += [("target", decision.target), ("comment", "Please take this over.")]
        self._post(path, fields, press)

    def ask(self, attempt: str, press: Press) -> None:
        """Send a step of what is held: the form that stands in the place of its buttons."""
        fields = [("csrfmiddlewaretoken", self.token), ("surface", "list")]
        self._post(f"/decisions/{attempt}/{press.step}/", fields, press)

    def _post(self, path: str, fields: Sequence[tuple[str, str]], press: Press) -> None:
        visitor = Sender(self.port, self.cookie)
        try:
            answer = visitor.send(path, fields, **HTMX)
        except (OSError, HTTPException):
            return
        finally:
            visitor.close()
        press.told = Told(answer.status, *_words(text_of(answer)))


def _words(page: str) -> tuple[str, str]:
    """The words of the status line, or of all where there is none; and all."""
    parsed = BeautifulSoup(page, "html.parser")
    every = " ".join(parsed.get_text(" ").split())
    status = parsed.select_one("#status, .task--gone")
    return (" ".join(status.get_text(" ").split()) if status else every), every
