"""A flag in words: one sentence for each rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from workitems.domain.flags import Flag, Rule, flags_of
from workitems.isc.schemas import WorkItem
from workitems.view_models.labels import type_label
from workitems.view_models.render_context import RenderContext

SENTENCES: Final[Mapping[Rule, Promise]] = {
    Rule.TYPE: _("Type to look at twice: %(name)s"),
    Rule.VALUE: _("%(name)s is on the privileged list (%(pattern)s)"),
    Rule.OWN: _("You asked for this yourself"),
    Rule.ERRORS: _("SailPoint reports errors"),
    Rule.REMOVAL: ngettext_lazy(
        "Takes access from %(count)d person", "Takes access from %(count)d people", "count"
    ),
    Rule.ITEMS: ngettext_lazy("%(count)d item in one task", "%(count)d items in one task", "count"),
    Rule.AGE: ngettext_lazy(
        "Waits longer than %(count)d day", "Waits longer than %(count)d days", "count"
    ),
}


@dataclass(frozen=True)
class ShownFlag:
    """`asks`: a decision is confirmed first."""

    text: str
    rule: Rule
    asks: bool

    @classmethod
    @lru_cache(maxsize=1_000)  # a page repeats few of them, and each looks up a translation
    def of(cls, flag: Flag, language: str | None) -> "ShownFlag":
        name = type_label(flag.fact, language) if flag.rule is Rule.TYPE else flag.fact
        facts = {"name": name, "pattern": flag.pattern, "count": flag.count}
        return cls(SENTENCES[flag.rule] % facts, flag.rule, flag.rule.asks)


def shown_flags(item: WorkItem, context: RenderContext) -> tuple[ShownFlag, ...]:
    found = flags_of(item, context.flag_rules, context.actor_id, context.now)
    return tuple(ShownFlag.of(flag, context.language) for flag in found)
