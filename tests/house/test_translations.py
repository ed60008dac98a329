"""Catalogues are complete, with the same placeholders; nothing is translated at import time."""

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from taskmanager.env import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
MODULES = [p for package in ("taskmanager", "workitems") for p in (ROOT / package).rglob("*.py")]
TEMPLATES = [p for kind in ("html", "jinja") for p in (ROOT / "templates").rglob(f"*.{kind}")]
NOW, LAZY = {"gettext", "ngettext"}, {"gettext_lazy", "ngettext_lazy"}
LITERAL = r"""u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*\""""
IN_TEMPLATE = re.compile(rf"(?:\bn?gettext|\b_)\(({LITERAL})")
# Tags count as placeholders, because pages output them unescaped.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


@dataclass
class Entry:
    """One block of a .po file: its fields (msgid, msgstr[0], ...) and flags."""

    flags: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Pairs of English and translated text: one, or two with a plural."""
        said = self.fields
        if "msgid_plural" not in said:
            return [(said["msgid"], said["msgstr"])]
        plurals = zip(("msgid", "msgid_plural"), ("msgstr[0]", "msgstr[1]"), strict=True)
        return [(said[english], said[other]) for english, other in plurals]


def read_po(path: Path) -> Iterator[Entry]:
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        entry, name = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#,"):
                entry.flags += line
            elif not line.startswith("#"):
                # Every line is a quoted string; the first of each field has a keyword before it.
                keyword, text = re.fullmatch(r'(?:(msg\S+) )?(".*")', line).groups()  # type: ignore[union-attr]
                name = keyword or name
                entry.fields[name] = entry.fields.get(name, "") + ast.literal_eval(text)
        yield entry


@pytest.fixture(scope="module", params=[code for code in LANGUAGES if code != "en"])
def catalogue(request: pytest.FixtureRequest) -> Path:
    return ROOT / "locale" / request.param / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def entries(catalogue: Path) -> list[Entry]:
    return list(read_po(catalogue))


def test_every_entry_is_translated_and_none_is_a_guess(entries: list[Entry]) -> None:
    assert [e.fields for e in entries if "fuzzy" in e.flags] == []
    assert [english for e in entries for english, other in e.pairs if not other] == []


def test_placeholders_and_tags_are_the_same(entries: list[Entry]) -> None:
    pairs = [pair for entry in entries for pair in entry.pairs]
    differing = [
        pair for pair in pairs if len({frozenset(_placeholders(text).items()) for text in pair}) > 1
    ]
    assert differing == []
    assert sum(bool(_placeholders(english)) for english, _ in pairs) > 50


def test_a_translation_fits_into_an_attribute(entries: list[Entry]) -> None:
    """Django does not escape `{% translate "..." %}`: a quote would end the attribute."""
    texts = [other for entry in entries[1:] for _, other in entry.pairs]
    assert [text for text in texts if '"' in text] == []


def test_the_compiled_catalogue_is_what_the_text_says(
    catalogue: Path, entries: list[Entry]
) -> None:
    said: dict[str | tuple[str, int], str] = {}
    for entry in entries:
        is_plural = "msgid_plural" in entry.fields
        key = entry.fields["msgid"]
        said |= {(key, i) if is_plural else key: t for i, (_, t) in enumerate(entry.pairs)}
    with catalogue.with_suffix(".mo").open("rb") as file:
        compiled = vars(gettext.GNUTranslations(file))["_catalog"]

    # Newer versions of msgfmt omit the extraction date.
    header = [re.sub(r"POT-Creation-Date: .*\n", "", every.pop("")) for every in (compiled, said)]
    assert header[0] == header[1]
    assert compiled == said


def test_the_catalogue_has_what_the_sources_say_and_no_more(entries: list[Entry]) -> None:
    """When this fails, run `make messages` and translate what is new."""
    sources = {english for path in MODULES for english in _said_by_module(path)}
    for path in TEMPLATES:
        found = IN_TEMPLATE.findall(templatize(path.read_text(encoding="utf-8")))
        sources |= {ast.literal_eval(literal) for literal in found}

    assert {entry.fields["msgid"] for entry in entries[1:]} == sources


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


def _said_by_module(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = _names_of(tree, NOW | LAZY)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
            yield ast.literal_eval(node.args[0])


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run at import: all but function bodies; decorators and defaults included."""
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from _run_at_import(child)
