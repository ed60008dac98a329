"""Every table row of docs/security.md names a test that exists, or says that there is none."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
UNPROVED = {"n/a", "not met", "by hand", "by review"}


def _defined() -> set[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {
        name
        for source in sources
        for name in re.findall(r"^def (test_\w+)\(", source, re.MULTILINE)
    }


def _rows() -> list[list[str]]:
    lines = (line for line in TEXT.splitlines() if line.startswith("|"))
    rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [row for row in rows if not set(row[0]) <= {"-", " "} and row[-1] != "Proof"]


def test_every_test_that_the_tables_name_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", TEXT))

    assert len(named) > 80
    assert named - _defined() == set()


def test_every_row_names_a_test_or_says_plainly_that_there_is_none() -> None:
    rows = _rows()

    assert len(rows) > 80
    unproved = [row[0] for row in rows if not re.search(r"`test_\w+`", row[-1])]
    honest = [row[0] for row in rows if row[-1].split(":")[0].split(",")[0] in UNPROVED]
    assert [name for name in unproved if name not in honest] == []
