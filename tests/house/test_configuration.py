"""The documented environment variables are exactly those that exist."""

import re
from pathlib import Path

from taskmanager.env import Env

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLES = {name.upper() for name in Env.model_fields}


def test_the_example_names_every_variable_with_a_sentence() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = {}
    for before, line in zip(["", *lines], lines, strict=False):
        if found := re.fullmatch(r"#?([A-Z_]+)=.*", line):
            named[found[1]] = before

    assert set(named) == VARIABLES
    assert all(re.fullmatch(r"# [A-Za-z].+", before) for before in named.values()), named


def test_the_documentation_has_one_heading_per_variable() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### `([A-Z_]+)`$", text, re.MULTILINE)

    assert sorted(headings) == sorted(VARIABLES)


def test_documented_defaults_are_the_real_ones() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for name, field in Env.model_fields.items():
        if isinstance(field.default, int | str) and field.default not in {"", True, False}:
            section = text.split(f"### `{name.upper()}`")[1].split("\n### ")[0]
            assert f"Default: `{field.default}`" in section, name
