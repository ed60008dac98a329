"""Links between the documents work, and each decision record fits on one page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "sandbox" / "README.md"]
LINK = re.compile(
    r"\[[^\]]*\]\((?!https?:|#|mailto:)([^)#\s]+)"
    r"|(?:src|srcset)=\"(?!https?:)([^\"]+)\""
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(path: Path) -> None:
    links = [one or other for one, other in LINK.findall(path.read_text(encoding="utf-8"))]
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize(
    "path", list((ROOT / "docs" / "adr").glob("*.md")), ids=lambda path: path.name
)
def test_a_decision_fits_on_a_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 40
    for part in ("**Status:**", "**Context.**", "**Decision.**", "**Consequences.**"):
        assert part in text


def test_the_readme_stays_short() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") <= 150
