"""What people see of a text from elsewhere, and what of it is left out."""

import pytest

from taskmanager.core.characters import isolated, spelt_out, visible, with_newlines

NOTHING = [
    "",
    " ",
    "\t\n",
    "\u00a0",
    "\u200b",
    "\u3164",
    "\uffa0 \u115f",
    "\ufeff",
    "\u2800",
    "\ufe0f",
]
LYING = [
    ("Readers\u202enimdA", "ReadersnimdA"),
    ("\u2067Payroll\u2069 (read)", "Payroll (read)"),
    ("Ad\u200bmin", "Admin"),
    ("Ad\u00admin\u200d", "Admin"),
    ("Read\U000e0041\U000e0042ers", "Readers"),
    ("VPN\u3164", "VPN"),
    ("VPN\ufe0f", "VPN"),
    ("VPN\x00\x1b[31m", "VPN[31m"),
    ("\ufeffBackup", "Backup"),
    ("\u200dStaff", "Staff"),
]
HONEST = [
    "Domain Admins",
    " two  spaces ",
    "One\nTwo\tThree",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with its non-joiner
    "\u0915\u094d\u200d\u0937",  # Devanagari, a half form
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala, a conjunct
    "\U0001f469\u200d\U0001f4bb",  # a person at a computer
    "\U0001f469\U0001f3fd\u200d\U0001f52c",
    "\u2764\ufe0f\u200d\U0001f525",
    "\u845b\U000e0100\u57ce",  # a name in Han that selects a variant
    "\u05d3\u05e0\u05d4 \u05db\u05d4\u05df",  # Hebrew
    "Jos\u00e9, Jose\u0301",
]


@pytest.mark.parametrize("text", NOTHING)
def test_text_that_shows_nothing_is_absent(text: str) -> None:
    assert visible(text) == ""


@pytest.mark.parametrize(("text", "seen"), LYING)
def test_what_hides_or_reorders_is_taken_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize("text", HONEST)
def test_what_a_script_needs_stays(text: str) -> None:
    assert visible(text) == spelt_out(text) == text


def test_a_look_at_what_came_names_each_hidden_character() -> None:
    assert spelt_out("Readers\u202enimdA\x00") == "Readers[U+202E]nimdA[U+0000]"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85"])
def test_every_end_of_a_line_is_one_line_feed(end: str) -> None:
    assert with_newlines(f"one{end}{end}two") == "one\n\ntwo"


def test_a_name_from_right_to_left_is_held_apart_from_its_sentence() -> None:
    name = "\u05d3\u05e0\u05d4 \u05db\u05d4\u05df"
    assert isolated(name) == f"\u2068{name}\u2069"
    assert isolated("Zofia Nowak") == "Zofia Nowak"
