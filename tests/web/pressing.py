"""Press a button of a parsed page as a browser does: submit its form's fields to its URL."""

from typing import Any
from urllib.parse import urlencode

from bs4 import Tag
from django.http import HttpResponse

from tests.web.conftest import Browser, words


def row_of(page: Tag, text: str) -> Tag:
    """The first row of the list whose text contains `text`."""
    rows = [row for row in page.select("article[data-task]") if text in words(row)]
    assert rows, f"no row says {text!r}"
    return rows[0]


def button_of(scope: Tag, label: str) -> Tag:
    # A colon is followed by a description of the button's subject for screen readers.
    found = [b for b in scope.select("button") if words(b).split(":")[0] == label]
    assert found, f"no button {label!r} in {words(scope)[:300]!r}"
    return min(found, key=is_folded)


def is_folded(button: Tag) -> bool:
    """Whether it stands in a part of the pane that a person has to open first."""
    return button.find_parent("details", class_="more") is not None


def fields_of(scope: Tag) -> dict[str, Any]:
    """Name -> value, or list of values, as a browser would send them."""
    sent: dict[str, list[str]] = {}
    for control in scope.select("input[name], textarea[name], select[name]"):
        if control.has_attr("disabled"):
            continue
        for value in _values(control):
            sent.setdefault(str(control["name"]), []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


def press(
    browser: Browser, scope: Tag, label: str, *, htmx: bool = True, **typed: Any
) -> HttpResponse:
    """Submit the form of the button `label` inside `scope`; `typed` replaces its field values."""
    button = button_of(scope, label)
    page = list(button.parents)[-1]
    form = (
        page.select_one(f"#{button['form']}") if button.get("form") else button.find_parent("form")
    )
    assert form is not None
    data = fields_of(form)
    if htmx and form.has_attr("hx-include"):
        for included in page.select(str(form["hx-include"])):
            data.update(fields_of(included))
    if button.get("name"):
        data[str(button["name"])] = button.get("value", "")
    data.update(typed)
    action = str(button.get("formaction") or form["action"])
    headers = {"HX-Request": "true"} if htmx else {"Referer": "http://localhost:8000/"}
    send = browser.post if str(form["method"]).lower() == "post" else browser.get
    return send(action, {k: v for k, v in data.items() if v is not None}, headers=headers)


def poll(browser: Browser, page: Tag, address: str = "/counts/") -> HttpResponse:
    """Ask for the numbers again, as the script of an open page does."""
    badge = page.select_one("#badge")
    assert badge is not None
    etag = str(badge.select_one("[data-etag]")["data-etag"])
    query = urlencode(fields_of(badge))
    return browser.get(f"{address}?{query}", headers={"HX-Request": "true", "If-None-Match": etag})


def _values(control: Tag) -> list[str]:
    if control.name == "textarea":
        return [control.get_text()]
    if control.name == "select":
        return [str(option["value"]) for option in control.select("option[selected]")] or [""]
    if control.get("type") in {"checkbox", "radio"}:
        return [str(control.get("value", "on"))] if control.has_attr("checked") else []
    return [str(control.get("value", ""))]
