"""docs/features.md names tests, files and pictures that exist, and why something is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "features.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d", line)
]
PROOF = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
LINK = re.compile(r"\]\((?:screenshots/|\.\./)")


def test_the_rows_are_all_there_in_their_order() -> None:
    assert [int(row[0]) for row in ROWS] == [*range(1, 59), *range(1, 13)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_tests_and_files_that_exist(row: list[str]) -> None:
    for path, name in PROOF.findall(row[3]):
        assert (ROOT / path).is_file(), path
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in text, f"{path}::{name}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_has_its_proof_or_its_reason(row: list[str]) -> None:
    _number, _what, ours, why = row
    assert ours in {"yes", "in part", "no"}
    is_shown = bool(PROOF.search(why) or LINK.search(why))
    reason = LINK.sub("", PROOF.sub("", why)).strip(" ,.:")
    assert is_shown if ours == "yes" else reason
    assert is_shown or ours == "no"
