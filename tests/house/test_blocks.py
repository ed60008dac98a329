"""A block that a view answers with is defined in its template, and imports its own macros."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.template import engines
from jinja2 import meta
from jinja2_fragments import render_block

if TYPE_CHECKING:
    from django.template.backends.jinja2 import Jinja2

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"


class Anything:
    """Whatever a view may hand in: has every attribute, can be called, and holds nothing."""

    def __getattr__(self, name: str) -> "Anything":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> "Anything":
        return self

    def __call__(self, *args: object, **kwargs: object) -> "Anything":
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 2

    def __index__(self) -> int:
        return 2

    def __gt__(self, other: object) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return other == 2

    def __hash__(self) -> int:
        return hash(2)

    def __add__(self, other: object) -> "Anything":
        return self

    def __str__(self) -> str:
        return "anything"


def named_by_views() -> set[tuple[str, str]]:
    """Template and block of each function that renders one or answers with a notice."""
    found = set()
    modules = {*(ROOT / "taskmanager").rglob("*.py"), *(ROOT / "workitems").rglob("*.py")}
    for path in modules - {ROOT / "taskmanager/core/htmx.py"}:  # it passes on what views name
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                found |= set(named_in(function))
    return found


def named_in(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    nodes = list(ast.walk(function))
    templates = [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and str(node.value).endswith(".html")
    ]
    blocks = []
    for node in nodes:
        if isinstance(node, ast.Call):
            for word in node.keywords:
                if word.arg == "block":
                    assert isinstance(word.value, ast.Constant), f"{function.name} works it out"
                    blocks.append(str(word.value.value))
            if getattr(node.func, "id", "") in {"notice_response", "page_or_notice"}:
                blocks.append("notice")
            if getattr(node.func, "id", "") == "dialog_response":
                blocks.append("dialog_form")
    yield from ((str(template), block) for template in templates for block in blocks)


# `frame_prompt` takes the template from the view: these two are what views may name.
BLOCKS = named_by_views() | {("widget/badge.html", "notice"), ("widget/signin.html", "notice")}


def everything() -> dict[str, Anything]:
    """A value for each name that any template asks of its context."""
    environment = cast("Jinja2", engines["jinja2"]).env
    names: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        names |= meta.find_undeclared_variables(environment.parse(path.read_text()))
    return {name: Anything() for name in names - environment.globals.keys()}


def test_the_views_name_the_blocks_that_we_know_of() -> None:
    assert {block for _template, block in BLOCKS} == {
        "card_update", "dialog_form", "index", "late", "list_update", "notice", "numbers",
        "owners_update", "pane", "pill", "reason_form", "row", "run_state", "sign_in", "trouble",
    }  # fmt: skip


@pytest.mark.parametrize(("template", "block"), sorted(BLOCKS))
def test_a_block_that_a_view_names_renders_alone(
    template: str, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = cast("Jinja2", engines["jinja2"]).env
    monkeypatch.setitem(environment.policies, "json.dumps_kwargs", {"default": str})
    assert block in environment.get_template(template).blocks

    assert "<" in render_block(environment, template, block, everything())
