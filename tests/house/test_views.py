"""Views are short, and only views use the HTTP request."""

import ast
import re
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
VIEW_FILES = [
    *(ROOT / "workitems" / "web").rglob("*.py"),
    *(ROOT / "taskmanager" / "signin").glob("*views.py"),
    *(ROOT / "taskmanager" / "signin" / "popup").glob("*.py"),
]
MOST, MEDIAN = 15, 7
BELOW_THE_VIEWS = [
    path
    for folder in ("isc", "domain", "services", "view_models")
    for path in (ROOT / "workitems" / folder).rglob("*.py")
] + [ROOT / "workitems" / "scope.py", ROOT / "workitems" / "wiring.py"]
# Helpers of all apps that render for any visitor, signed in or not.
WITHOUT_WORK_ITEMS = [
    ROOT / "templates" / "base.html",
    ROOT / "templates" / "embed.html",
    *(ROOT / "templates" / "signin").rglob("*.html"),
]


def addressed() -> set[str]:
    """The names of the view functions in the urlconfs."""
    return {
        found
        for path in (ROOT / "taskmanager", ROOT / "workitems")
        for urls in path.rglob("urls.py")
        for found in re.findall(r"path\([^)]*?\w+\.(\w+)[,)]", urls.read_text(), re.DOTALL)
    }


def length(view: ast.FunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    docstring = view.body[0]
    is_docstring = isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)
    said = (docstring.end_lineno or 0) - docstring.lineno + 1 if is_docstring else 0
    return (view.end_lineno or 0) - view.lineno + 1 - said


def views() -> dict[str, int]:
    names = addressed()
    return {
        f"{path.stem}.{node.name}": length(node)
        for path in VIEW_FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name in names
    }


def test_views_are_short() -> None:
    lengths = views()
    assert len(lengths) > 25
    assert {name: lines for name, lines in lengths.items() if lines > MOST} == {}
    assert median(lengths.values()) <= MEDIAN


@pytest.mark.parametrize("path", BELOW_THE_VIEWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_below_the_views_knows_a_request(path: Path) -> None:
    names = {
        node.id if isinstance(node, ast.Name) else node.arg
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.arg)
    }
    # The client's HTTP request to ISC is not a Django request.
    assert "request" not in names or path.parent.name == "isc"


@pytest.mark.parametrize("path", WITHOUT_WORK_ITEMS, ids=lambda path: path.name)
def test_sign_in_and_frame_name_no_address_of_the_work_items(path: Path) -> None:
    assert not re.search(r"workitems:|widget:|embed:badge|embed:try", path.read_text())
