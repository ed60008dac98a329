"""The file of flags: what asks for a second look, typed, checked, explained when it is wrong."""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Annotated, Final, NamedTuple

import pydantic
from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from taskmanager.env_files import ENCODING, secret_in, stopped
from taskmanager.env_types import LANGUAGES
from workitems.domain.changes import Operation
from workitems.domain.flags import FlagRule, FlagRules, Rule

# Variables of before: each would be ignored in silence.
MOVED: Final = (
    "FLAG_TYPES", "FLAG_VALUES", "FLAG_ALPHABETS", "FLAG_OWN",
    "FLAG_ERRORS", "FLAG_REMOVALS", "FLAG_ITEMS", "FLAG_DAYS",
)  # fmt: skip
MOST: Final = 60  # a number of 64 bits says of each task which of them it has


class Takes(NamedTuple):
    """What a rule takes besides what each may have, and the facts that its sentence may name."""

    needed: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()


PATTERNS, MORE_THAN = frozenset({"patterns"}), frozenset({"more_than"})
TAKES: Final[Mapping[Rule, Takes]] = {
    Rule.TYPES: Takes(PATTERNS, facts=frozenset({"name", "pattern"})),
    Rule.VALUES: Takes(PATTERNS, facts=frozenset({"name", "pattern"})),
    Rule.ALPHABETS: Takes(facts=frozenset({"name", "alphabets"})),
    Rule.OWN: Takes(),
    Rule.REJECTED: Takes(facts=frozenset({"date"})),
    Rule.ERRORS: Takes(),
    Rule.REMOVALS: Takes(optional=MORE_THAN, facts=frozenset({"number"})),
    Rule.ITEMS: Takes(MORE_THAN, facts=frozenset({"number"})),
    Rule.DAYS: Takes(MORE_THAN, facts=frozenset({"number"})),
}


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("is empty or holds hidden characters")
    return text.strip()


Words = Annotated[str, AfterValidator(_one_line), Field(max_length=200)]


class _Flag(BaseModel):
    """One `[[flag]]`. `description` completes the sentence "... is not ..."."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    rule: Rule = Field(description=f"one of {', '.join(Rule)}")
    patterns: tuple[Words, ...] = Field((), description='a list of texts such as ["*admin*"]')
    more_than: int | None = Field(
        None, ge=1, le=10_000, strict=True, description="a whole number from 1 to 10000"
    )
    sentence: Words | dict[str, Words] = Field(
        "", validate_default=False, description="a sentence of 200 characters at most"
    )
    asks: bool | None = Field(None, strict=True, description="true or false")
    sources: tuple[Words, ...] = Field((), description="a list of patterns of sources")
    types: tuple[Words, ...] = Field((), description="a list of patterns of types")
    operations: tuple[Operation, ...] = Field((), description=f"a list of {', '.join(Operation)}")

    def rule_of(self) -> FlagRule:
        said = self.sentence if isinstance(self.sentence, dict) else {"": self.sentence}
        return FlagRule(
            rule=self.rule,
            patterns=self.patterns,
            more_than=self.more_than or 1,
            asks=self.rule is not Rule.DAYS if self.asks is None else self.asks,
            sentences=tuple((language, text) for language, text in said.items() if text),
            sources=self.sources,
            types=self.types,
            operations=self.operations,
        )

    def problems(self) -> Iterator[str]:
        """What is wrong with one whose fields are each as they should be."""
        takes, given = TAKES[self.rule], {"patterns", "more_than"} & self.model_fields_set
        yield from (f"{name} is missing" for name in sorted(takes.needed - given))
        if "patterns" in given and not self.patterns:
            yield "patterns is empty: leave the flag out to switch it off"
        unknown = given - takes.needed - takes.optional
        yield from (f"{name} is nothing that this rule takes" for name in sorted(unknown))
        said = self.sentence if isinstance(self.sentence, dict) else {"": self.sentence}
        for language, text in said.items():
            name = f"sentence.{language}" if language else "sentence"
            if language and language not in LANGUAGES:
                yield f"{name} is in none of the languages {', '.join(LANGUAGES)}"
            if not _is_sentence(text, takes.facts):
                known = ", ".join(f"{{{fact}}}" for fact in sorted(takes.facts)) or "none"
                yield f"{name} has a placeholder that it cannot have (there is: {known})"


def moved(file: str) -> list[str]:
    """A sentence for each variable that is set and no longer read; `file`: `.env`, if any."""
    known = (dotenv_values(file, encoding=ENCODING) if file else {}) | dict(os.environ)
    where = "Flags stand in the file that FLAGS_FILE names"
    return [f"{name} is no longer read. {where}." for name in MOVED if known.get(name)]


def load_flags(file: Path) -> FlagRules:
    """What a file says; on any problem say all of them on stderr and exit with 1."""
    try:
        return rules_in(file)
    except ValueError as error:
        problem = "Please correct the file that FLAGS_FILE names:"
        raise stopped(problem, *map(str, error.args)) from None


def rules_in(file: Path) -> FlagRules:
    """What a file says. Raises ValueError with a sentence for each thing that is wrong in it."""
    content = _content(file)
    entries = content.pop("flag", None)
    problems = [f"{name} is nothing that it may hold." for name in content]
    if not isinstance(entries, list):
        problems.append("It holds no [[flag]]. Write flag = [] for no flags at all.")
        entries = []
    if len(entries) > MOST:
        problems.append(f"It holds more than {MOST} flags.")
    rules: list[FlagRule] = []
    for number, entry in enumerate(entries, 1):
        found = _read(entry, rules)
        if isinstance(found, FlagRule):
            rules.append(found)
        else:
            name = entry.get("rule") if isinstance(entry, dict) else None
            named = f"Flag {number} (rule {name})" if isinstance(name, str) else f"Flag {number}"
            problems += [f"{named}: {problem}." for problem in found]
    if problems:
        raise ValueError(*problems)
    return FlagRules(tuple(rules))


def _content(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(secret_in(file, "the file"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"It is no TOML: {error}.") from None
    except ValueError as error:
        raise ValueError(f"Its text {error}.") from None


def _read(entry: object, before: Sequence[FlagRule]) -> FlagRule | list[str]:
    try:
        flag = _Flag.model_validate(entry)
    except pydantic.ValidationError as error:
        return list(dict.fromkeys(_problems(error)))
    if problems := list(flag.problems()):
        return problems
    rule = flag.rule_of()
    if any(rule.key == one.key for one in before):
        return ["it looks for the same as a flag before it"]
    if not rule.sentences and any(one.rule is rule.rule for one in before if not one.sentences):
        return [
            "sentence is missing: another flag of this rule has none, and they would look alike"
        ]
    return rule


def _problems(error: pydantic.ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        if not problem["loc"]:
            yield "it is no table"
            continue
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            yield f"{name} is nothing that a flag has"
        elif problem["type"] == "missing":
            yield f"{name} is missing: it is {_Flag.model_fields[name].description}"
        else:
            yield f"{name} is not {_Flag.model_fields[name].description}"


def _is_sentence(text: str, facts: frozenset[str]) -> bool:
    """Whether it has no placeholder but these, each as its bare name: no attribute, no format."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return False
    return all(
        name is None or (name in facts and not spec and not conversion)
        for _text, name, spec, conversion in parts
    )
