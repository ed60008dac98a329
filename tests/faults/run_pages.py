"""The pages of a bulk run as its person uses them: its confirmation, its buttons, its receipt."""

import json
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote

from bs4 import BeautifulSoup

from tests.bench.measure import text_of
from tests.bench.visitor import Answer
from tests.faults.pressing import Decision, Seat, Sender

HIDDEN = ("csrfmiddlewaretoken", "key", "items", "confirmed")
Fields = list[tuple[str, str]]


def confirmation(seat: Seat, verb: str, decisions: Sequence[Decision]) -> Fields:
    """The form that asks; each decision gets its press, as the form has it."""
    found = selection(seat, verb, [("item", one.item) for one in decisions])
    fields = dict(found)
    confirmed = {id_: is_single for id_, _fingerprint, _lines, is_single, *_ in _items(found)}
    assert list(confirmed) == [one.item for one in decisions], "not all can be decided"
    for one in decisions:
        whole = "" if verb == "forward" or confirmed[one.item] else "-all"
        one.press(f"{verb}{whole}", fields["key"])
    if verb == "forward":
        fields |= {"target": decisions[0].target, "comment": "Please take these over."}
    ticked = [("include", one.item) for one in decisions]  # some may be flagged
    return [*fields.items(), *ticked]


def selection(seat: Seat, verb: str, asked: Fields) -> Fields:
    """The form that asks for what is ticked, or for all of a list; nothing in it is ticked."""
    answer = _post(seat, f"/bulk/{verb}/", [("csrfmiddlewaretoken", seat.token), *asked])
    assert answer is not None, "no confirmation"
    page = _parsed(answer)
    found = {name: page.select_one(f".dialog__page form input[name={name}]") for name in HIDDEN}
    return [(name, str(field["value"])) for name, field in found.items() if field]


def items_of(fields: Fields) -> list[str]:
    """The ids of what such a form names, in its order."""
    return [id_ for id_, *_ in _items(fields)]


def _items(fields: Fields) -> list[list[Any]]:
    found: list[list[Any]] = json.loads(dict(fields)["items"])
    return found


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
    return _parsed(answer)


def _parsed(answer: Answer) -> BeautifulSoup:
    assert answer.status == 200, f"{answer.status}: {text_of(answer)[:400]}"
    return BeautifulSoup(text_of(answer), "html.parser")


def _post(seat: Seat, path: str, fields: Fields) -> Answer | None:
    visitor = Sender(seat.port, seat.cookie)
    try:
        return visitor.send(path, fields)
    except (OSError, HTTPException):
        return None
    finally:
        visitor.close()
