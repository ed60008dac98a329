"""A flag in words: the sentence of the installation's file, else ours; and which rule holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from string import Formatter
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from taskmanager.core.characters import isolated
from taskmanager.core.numbers import number_format
from workitems.domain.alphabets import Alphabet
from workitems.domain.changes import Change
from workitems.domain.flags import Flag, Rule, flags_of
from workitems.isc.schemas import WorkItem
from workitems.view_models.labels import Text, type_label
from workitems.view_models.render_context import RenderContext

SENTENCES: Final[Mapping[Rule, Promise]] = {
    Rule.TYPES: _("Type to look at twice: %(name)s"),
    Rule.VALUES: _("%(name)s is on the privileged list (%(pattern)s)"),
    Rule.ALPHABETS: _("%(name)s has letters of several alphabets in one word: %(alphabets)s"),
    Rule.OWN: _("You asked for this yourself"),
    Rule.REJECTED: _("You rejected the same access for this person on %(date)s"),
    Rule.ERRORS: _("SailPoint reports errors"),
    Rule.REMOVALS: ngettext_lazy(
        "Takes access from %(number)s person", "Takes access from %(number)s people", "count"
    ),
    Rule.ITEMS: ngettext_lazy(
        "%(number)s item in one task", "%(number)s items in one task", "count"
    ),
    Rule.DAYS: ngettext_lazy(
        "Waits longer than %(number)s day", "Waits longer than %(number)s days", "count"
    ),
}
# Which rule holds, beside a sentence of the file: what is "privileged" is said by that sentence.
RULES: Final[Mapping[Rule, Promise]] = {
    **SENTENCES,
    Rule.TYPES: _("The type %(name)s matches %(pattern)s"),
    Rule.VALUES: _("%(name)s matches %(pattern)s"),
}
# In the filter, for all of the tasks that have it.
LABELS: Final[Mapping[Rule, Promise]] = {
    Rule.TYPES: _("Type to look at twice"),
    Rule.VALUES: _("On the privileged list"),
    Rule.ALPHABETS: _("Several alphabets in one word"),
    Rule.OWN: _("Asked for by yourself"),
    Rule.REJECTED: _("Rejected by you before"),
    Rule.ERRORS: _("With errors"),
    Rule.REMOVALS: _("Takes access from several people"),
    Rule.ITEMS: _("Many items in one task"),
    Rule.DAYS: _("Waits long"),
}
ANY: Final = "…"  # for a fact that differs from task to task


ALPHABETS: Final[Mapping[Alphabet, Promise]] = {
    Alphabet.LATIN: _("Latin"),
    Alphabet.GREEK: _("Greek"),
    Alphabet.CYRILLIC: _("Cyrillic"),
    Alphabet.ARMENIAN: _("Armenian"),
    Alphabet.CHEROKEE: _("Cherokee"),
}


@dataclass(frozen=True)
class ShownFlag:
    """`asks`: a decision is confirmed first. `why`: which rule holds, where `text` is a sentence of
    the installation's; our own say so themselves.
    """

    text: str
    rule: Rule
    asks: bool
    why: str = ""

    @classmethod
    @lru_cache(maxsize=1_000)  # a page repeats few of them, and each looks up a translation
    def of(cls, flag: Flag, language: str | None, zone: tzinfo) -> "ShownFlag":
        rule, is_type = flag.rule.rule, flag.rule.rule is Rule.TYPES
        facts = {
            "name": isolated(type_label(flag.fact, language) if is_type else flag.fact),
            "pattern": flag.pattern,
            "count": flag.count,
            "number": number_format(flag.count),
            "alphabets": ", ".join(str(ALPHABETS[one]) for one in flag.alphabets),
            "date": date_format(localtime(flag.at, zone), "DATE_FORMAT") if flag.at else "",
        }
        if own := flag.rule.sentence(language):
            return cls(_filled(own, facts), rule, flag.rule.asks, str(RULES[rule] % facts))
        return cls(str(SENTENCES[rule] % facts), rule, flag.rule.asks)

    @property
    def names_type(self) -> bool:
        return self.rule is Rule.TYPES and not self.why


def shown_flags(
    item: WorkItem, changes: list[Change], context: RenderContext
) -> tuple[ShownFlag, ...]:
    """All that hold, in the order of the file; of two that read alike one, which asks if any."""
    rules, language, zone = context.flag_rules, context.language, context.time_zone
    shown: dict[str, ShownFlag] = {}
    for flag in flags_of(item, changes, rules, context.actor_id, context.now, context.rejected):
        one = ShownFlag.of(flag, language, zone)
        if one.asks or one.text not in shown:
            shown[one.text] = one
    return tuple(shown.values())


def flag_label(key: str, context: RenderContext) -> Text:
    """What the filter calls a flag."""
    for one in context.flag_rules.each:
        if one.key == key:
            return _general(one.sentence(context.language)) or LABELS[one.rule]
    return _("A flag of before")


def _filled(sentence: str, facts: Mapping[str, Any]) -> str:
    return Formatter().vformat(sentence, (), facts)


def _general(sentence: str) -> str:
    names = [name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name]
    return _filled(sentence, dict.fromkeys(names, ANY))
