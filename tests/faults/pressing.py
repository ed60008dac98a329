"""Who presses: plain HTTP clients of signed-in people, each press sent once and never repeated."""

from dataclasses import dataclass, field
from http.client import HTTPException
from secrets import token_urlsafe

from bs4 import BeautifulSoup

from sandbox.dashboard import public_url
from tests.bench.measure import text_of
from tests.bench.visitor import Visitor, sign_in
from tests.faults.moments import Moment

PERSONA = "heavy"


@dataclass
class Told:
    """What the person was told: `words` are those of the status line or of the notice."""

    status: int
    words: str
    whole: str = ""


@dataclass
class Press:
    """One press of a button, and its answer; None where the connection broke."""

    verdict: str
    key: str
    told: Told | None = None


@dataclass
class Decision:
    """All presses on one approval item. `is_hit`: the fault did meet it in flight."""

    moment: Moment
    item: str
    line: str
    presses: list[Press] = field(default_factory=list)
    is_hit: bool = True

    def press(self, verdict: str, key: str = "") -> Press:
        press = Press(verdict, key or token_urlsafe(12))
        self.presses.append(press)
        return press


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

    def send(self, decision: Decision, press: Press, *, whole: bool = False) -> None:
        """Send the form as the list does, or with `whole` as the confirmation of the item."""
        path = f"/work-items/{decision.item}/{press.verdict}"
        path += "-all/" if whole else f"/{decision.line}/"
        # As the confirmation's own button: it may be a flagged task, which asks first.
        fields = {"csrfmiddlewaretoken": self.token, "surface": "list", "key": press.key}
        fields["confirmed"] = "on"
        if whole:
            fields["line"] = decision.line
        visitor = Visitor(self.port, self.cookie)
        try:
            answer = visitor.post(path, fields)
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
