"""The pages of a bulk run as its person uses them: its confirmation, its buttons, its receipt."""

import json
from collections.abc import Sequence
from http.client import HTTPException
from urllib.parse import unquote, urlencode

from bs4 import BeautifulSoup

from tests.bench.measure import text_of
from tests.bench.visitor import Answer
from tests.faults.pressing import Decision, Seat, Sender

HIDDEN = ("csrfmiddlewaretoken", "key", "items", "confirmed")
Fields = list[tuple[str, str]]


def confirmation(seat: Seat, verb: str, decisions: Sequence[Decision]) -> Fields:
    """The form that asks; each decision gets its press, as the form has it."""
    query = urlencode([("item", one.item) for one in decisions])
    page = _page(seat, f"/bulk/{verb}/?{query}")
    found = {name: page.select_one(f"form.dialog__page input[name={name}]") for name in HIDDEN}
    fields = {name: str(field["value"]) for name, field in found.items() if field}
    confirmed = {one["id"]: one["is_single"] for one in json.loads(fields["items"])}
    assert list(confirmed) == [one.item for one in decisions], "not all can be decided"
    for one in decisions:
        whole = "" if verb == "forward" or confirmed[one.item] else "-all"
        one.press(f"{verb}{whole}", fields["key"])
    if verb == "forward":
        fields |= {"target": decisions[0].target, "comment": "Please take these over."}
    return list(fields.items())


def begin(seat: Seat, verb: str, fields: Fields) -> str:
    """Send the form: the id of the run, or nothing where the connection broke."""
    answer = _post(seat, f"/bulk/{verb}/", fields)
    if answer is None or answer.status >= 500:  # a worker that was killed has no words
        return ""
    assert answer.status == 302, f"{answer.status}: {text_of(answer)[:400]}"
    return answer.headers["location"].split("/")[2]


def ask(seat: Seat, run: str, name: str) -> None:
    """Press a button of the run's own page: stop, undo."""
    answer = _post(seat, f"/runs/{run}/{name}/", [("csrfmiddlewaretoken", seat.token)])
    assert answer is not None, f"no answer to {name}"
    assert answer.status == 302, f"{name}: {answer.status}"


def receipt(seat: Seat, run: str) -> dict[str, list[str]]:
    """The headings under which the run's page names each work item."""
    groups: dict[str, list[str]] = {}
    for section in _page(seat, f"/runs/{run}/").select("section.run__group"):
        heading = section.select_one("h2")
        assert heading is not None
        words = " ".join(heading.find_all(string=True, recursive=False)).strip()
        for link in section.select("a[href*='/work-items/']"):
            item = unquote(str(link["href"]).split("/work-items/")[1].split("/")[0])
            groups.setdefault(item, []).append(words)
    return groups


def _page(seat: Seat, path: str) -> BeautifulSoup:
    visitor = Sender(seat.port, seat.cookie)
    try:
        answer = visitor.get(path)
    finally:
        visitor.close()
    assert answer.status == 200, f"{answer.status} at {path}: {text_of(answer)[:400]}"
    return BeautifulSoup(text_of(answer), "html.parser")


def _post(seat: Seat, path: str, fields: Fields) -> Answer | None:
    visitor = Sender(seat.port, seat.cookie)
    try:
        return visitor.send(path, fields)
    except (OSError, HTTPException):
        return None
    finally:
        visitor.close()
