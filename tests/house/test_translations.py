"""Catalogues are complete, with the same placeholders; nothing is translated at import time."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from taskmanager.env_types import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
MODULES = [p for package in ("taskmanager", "workitems") for p in (ROOT / package).rglob("*.py")]
NOW = {"gettext", "ngettext"}
# Tags count as placeholders, because pages output them unescaped.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def said(catalogue: Catalog) -> list[Message]:
    """All entries but the header."""
    return [message for message in catalogue if message.id]


def ids_of(catalogue: Catalog) -> set[tuple[str, ...]]:
    return {as_tuple(message.id) for message in said(catalogue)}


def as_tuple(text: object) -> tuple[str, ...]:
    """A sentence, or its forms for one and for several."""
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def pairs_of(catalogue: Catalog) -> list[tuple[str, str]]:
    """English and translated text, one pair for each form."""
    return [
        pair
        for message in said(catalogue)
        for pair in zip(as_tuple(message.id), as_tuple(message.string), strict=True)
    ]


@pytest.fixture(scope="module", params=[code for code in LANGUAGES if code != "en"])
def path(request: pytest.FixtureRequest) -> Path:
    return ROOT / "locale" / request.param / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def catalogue(path: Path) -> Catalog:
    return read(path)


def test_every_entry_is_translated_and_none_is_a_guess(catalogue: Catalog) -> None:
    assert [message.id for message in said(catalogue) if message.fuzzy] == []
    assert [english for english, other in pairs_of(catalogue) if not other] == []


def test_placeholders_and_tags_are_the_same(catalogue: Catalog) -> None:
    pairs = pairs_of(catalogue)
    differing = [
        pair for pair in pairs if len({frozenset(_placeholders(text).items()) for text in pair}) > 1
    ]
    assert differing == []
    assert sum(bool(_placeholders(english)) for english, _ in pairs) > 50


def test_a_translation_fits_into_an_attribute(catalogue: Catalog) -> None:
    """Templates do not escape what `_("...")` says: a quote would end the attribute."""
    assert [text for _, text in pairs_of(catalogue) if '"' in text] == []


def test_the_compiled_catalogue_is_what_the_text_says(path: Path, catalogue: Catalog) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)

    assert {as_tuple(m.id): as_tuple(m.string) for m in said(compiled)} == {
        as_tuple(m.id): as_tuple(m.string) for m in said(catalogue)
    }


def test_the_catalogue_has_what_the_sources_say_and_no_more(
    catalogue: Catalog, tmp_path: Path
) -> None:
    """When this fails, run `make messages` and translate what is new."""
    command = re.search(r"pybabel (-q extract .*) -o", (ROOT / "Makefile").read_text())
    assert command
    output = tmp_path / "django.pot"
    subprocess.run(  # noqa: S603 - the Makefile's own command
        [sys.executable, "-m", "babel.messages.frontend", *command[1].split(), "-o", output, "."],
        cwd=ROOT,
        check=True,
    )

    assert ids_of(catalogue) == ids_of(read(output))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_language_is_frozen_when_a_module_is_imported(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = _names_of(tree, NOW)
    calls = [node for node in _run_at_import(tree) if isinstance(node, ast.Call)]
    assert [call.lineno for call in calls if getattr(call.func, "id", "") in names] == []


def _placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


def _names_of(tree: ast.Module, functions: set[str]) -> set[str]:
    """The module's own names for the functions: `_` after `import gettext as _`."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in imports if node.module == "django.utils.translation"]
    return {a.asname or a.name for node in ours for a in node.names if a.name in functions}


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run at import: all but function bodies; decorators and defaults included."""
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from _run_at_import(child)
