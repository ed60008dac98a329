"""Limits for the length of files and functions: split what grows beyond them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("taskmanager", "workitems", "sandbox")
FILE_LINES, FUNCTION_LINES = 300, 40


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        found = (ROOT / package).rglob("*.py")
        yield from (path for path in found if "migrations" not in path.parts)


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_within_their_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= FILE_LINES
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.end_lineno
        if node.end_lineno - node.lineno >= FUNCTION_LINES
    ]
    assert long == []
