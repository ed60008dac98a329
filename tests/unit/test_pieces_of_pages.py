"""What templates write once: pieces that are filled in for each row, and what is remembered."""

import pytest
from django.template import engines
from django.utils.translation import override
from markupsafe import Markup

from taskmanager.core.jinja import filled, remembered

GREETING = "{% macro greeting(name) %}<b>{{ _('Approve') }} {{ name }}</b>{% endmacro %}"


@pytest.mark.parametrize(
    ("written", "values", "expected"),
    [
        ("<a id='{id}-{id}'>{text}</a>", {"id": 7, "text": "<&>"}, "<a id='7-7'>&lt;&amp;&gt;</a>"),
        ("{a}{b}", {"a": Markup("<i>"), "b": "{a}"}, "<i>{a}"),
        ("100 % of %(a)s, %s: {a}", {"a": "50 %"}, "100 % of %(a)s, %s: 50 %"),
        ("{a} {later}", {"a": "now"}, "now {later}"),
        ("a{}b {not a name} {a", {"a": "x"}, "a{}b {not a name} {a"),
    ],
)
def test_each_name_is_replaced_by_its_escaped_value(
    written: str, values: dict[str, object], expected: str
) -> None:
    assert filled(Markup(written), **values) == expected  # noqa: S704 - written here


def test_what_is_remembered_differs_by_language_and_argument() -> None:
    greeting = engines["jinja2"].env.from_string(GREETING).module.greeting
    said = {}
    for language in ("en", "de"):
        with override(language):
            said[language] = [remembered(greeting, name) for name in ("<A>", "B", "<A>")]
    assert said["en"] == [f"<b>Approve {name}</b>" for name in ("&lt;A&gt;", "B", "&lt;A&gt;")]
    assert said["de"][0] != said["en"][0]
    assert said["en"][0] is said["en"][2]
