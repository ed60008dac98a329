"""The file of flags: what it says, and a sentence for each thing that is wrong in it."""

from pathlib import Path

import pytest

from taskmanager.env import Env
from taskmanager.flags_file import load_flags, rules_in
from workitems.domain.changes import Operation
from workitems.domain.flags import FlagRule, FlagRules, Rule

SHIPPED = Env.model_fields["flags_file"].default


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "flags.toml"


def read(file: Path, text: str) -> FlagRules:
    file.write_text(text, encoding="utf-8")
    return rules_in(file)


def problems(file: Path, text: str) -> list[str]:
    with pytest.raises(ValueError, match=r".") as wrong:
        read(file, text)
    return [str(one) for one in wrong.value.args]


def flag(rule: str, *lines: str) -> str:
    return "\n".join(["[[flag]]", f'rule = "{rule}"', *lines, ""])


def test_the_file_that_is_shipped_has_the_defaults() -> None:
    assert rules_in(SHIPPED).each == (
        FlagRule(Rule.TYPES, ("PolicyViolation", "ViolationReview"), 1),
        FlagRule(Rule.VALUES, ("*admin*", "*break*glass*", "*privileged*"), 1),
        FlagRule(Rule.ALPHABETS, more_than=1),
        FlagRule(Rule.OWN, more_than=1),
        FlagRule(Rule.REJECTED, more_than=1),
        FlagRule(Rule.ERRORS, more_than=1),
        FlagRule(Rule.REMOVALS, more_than=1),
        FlagRule(Rule.ITEMS, more_than=10),
        FlagRule(Rule.DAYS, more_than=14, asks=False),
    )


def test_each_thing_that_can_be_said_is_read(file: Path) -> None:
    both = ('sentence.en = "{number} of them"', 'sentence.de = "{number} davon"')
    text = flag(
        "values",
        'patterns = ["dba"]',
        'sources = ["SAP*"]',
        'types = ["Approval"]',
        'operations = ["give", "create"]',
        'sentence = "{name}: four eyes"',
        "asks = false",
    ) + flag("days", "more_than = 30", "asks = true", *both)
    values, days = read(file, text).each
    assert values == FlagRule(
        Rule.VALUES, ("dba",), 1, asks=False, sentences=(("", "{name}: four eyes"),),
        sources=("SAP*",), types=("Approval",), operations=(Operation.GIVE, Operation.CREATE),
    )  # fmt: skip
    assert days.asks
    assert [days.sentence(one) for one in ("de", "en", "fr")] == [
        "{number} davon",
        "{number} of them",
        "",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_it_is_read_as_an_editor_has_saved_it(file: Path, encoding: str) -> None:
    text = flag("own", '\tsentence = "Für Sie selbst"').replace("\n", "\r\n")
    file.write_bytes(text.encode(encoding))
    assert rules_in(file).each[0].sentence("de") == "Für Sie selbst"


def test_no_flags_at_all_have_to_be_said(file: Path) -> None:
    assert read(file, "flag = []") == FlagRules()
    assert problems(file, "# nothing") == [
        "It holds no [[flag]]. Write flag = [] for no flags at all."
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Its text cannot be read from the file."),
        (b" \n", "Its text is empty in the file."),
        ("flag = []".encode("utf-16"), "Its text is not UTF-8 text in the file."),
        (b"[[flag]\n", "It is no TOML: "),
        (b"flag = 7", "It holds no [[flag]]."),
        (b"flags = []", "flags is nothing that it may hold."),
    ],
)
def test_what_is_no_such_file(file: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=r".") as wrong:
        rules_in(file)
    assert str(wrong.value.args[0]).startswith(said)


NUMBER = "more_than is not a whole number from 1 to 10000"
KNOWN = "has a placeholder that it cannot have"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[flag]]\n", "Flag 1: rule is missing: it is one of types, values, alphabets"),
        ("flag = [1]", "Flag 1: it is no table"),
        (flag("age"), "Flag 1 (rule age): rule is not one of types, values"),
        (flag("values"), "patterns is missing"),
        (flag("types", "patterns = []"), "patterns is empty: leave the flag out"),
        (flag("types", 'patterns = "x"'), 'patterns is not a list of texts such as ["*admin*"]'),
        (flag("types", 'patterns = ["a", ""]'), "patterns is not a list of texts"),
        (flag("types", "patterns = [7]"), "patterns is not a list of texts"),
        (flag("own", 'patterns = ["x"]'), "(rule own): patterns is nothing that this rule takes"),
        (flag("errors", "more_than = 3"), "more_than is nothing that this rule takes"),
        (flag("items"), "(rule items): more_than is missing"),
        (flag("days", "more_than = 0"), NUMBER),
        (flag("days", "more_than = 1.5"), NUMBER),
        (flag("removals", "more_than = true"), NUMBER),
        (flag("own", "asks = 1"), "asks is not true or false"),
        (flag("own", 'ask = "x"'), "ask is nothing that a flag has"),
        (flag("own", 'sentence = " "'), "sentence is not a sentence of 200 characters at most"),
        (flag("own", f'sentence = "{"x" * 201}"'), "sentence is not a sentence of 200"),
        (flag("own", "sentence = 1"), "sentence is not a sentence of 200"),
        (flag("own", 'sentence.fr = "x"'), "sentence.fr is in none of the languages en, de"),
        (flag("own", 'sentence = "{name}"'), f"sentence {KNOWN} (there is: none)"),
        (flag("items", "more_than = 2", 'sentence.de = "{count}"'), f"sentence.de {KNOWN} (there"),
        (flag("rejected", 'sentence = "{date.year}"'), f"{KNOWN} (there is: {{date}})"),
        (flag("rejected", 'sentence = "{date!r}"'), KNOWN),
        (flag("rejected", 'sentence = "{date:>99}"'), KNOWN),
        (flag("rejected", 'sentence = "{0}"'), KNOWN),
        (flag("rejected", 'sentence = "{}"'), KNOWN),
        (flag("rejected", 'sentence = "50 % {"'), KNOWN),
        (flag("own", 'operations = ["grant"]'), "operations is not a list of give, remove"),
        (flag("own", 'sources = "SAP"'), "sources is not a list of patterns of sources"),
        (flag("own", 'types = [""]'), "types is not a list of patterns of types"),
        (flag("own") * 2, "Flag 2 (rule own): it looks for the same as a flag before it"),
        (flag("own") + flag("own", 'sources = ["a"]'), "Flag 2 (rule own): sentence is missing"),
        ("".join(flag("own", f'sources = ["{n}"]') for n in range(61)), "more than 60 flags"),
    ],
)
def test_each_fault_has_its_sentence(file: Path, text: str, said: str) -> None:
    assert said in " ".join(problems(file, text))


def test_all_faults_are_said_at_once_and_stop_the_start(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        "other = 1\n" + flag("values") + flag("own", "asks = 2", "more_than = 0") + flag("errors")
    )
    with pytest.raises(SystemExit) as stop:
        load_flags(file)
    assert stop.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        "My Tasks cannot start. Please correct the file that FLAGS_FILE names:",
        "  - other is nothing that it may hold.",
        "  - Flag 1 (rule values): patterns is missing.",
        "  - Flag 2 (rule own): more_than is not a whole number from 1 to 10000.",
        "  - Flag 2 (rule own): asks is not true or false.",
    ]
