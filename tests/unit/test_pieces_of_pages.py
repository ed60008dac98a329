"""What templates write once: pieces that are filled in for each row, and what is remembered."""

import gc
import weakref

import pytest
from django.template import engines
from django.utils.functional import lazy, lazystr
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup

from taskmanager.core.jinja import environment, escaped, filled, remembered
from taskmanager.core.language import language, one_language
from taskmanager.core.numbers import number_format

TEMPLATES = {
    "page": "{% from 'rows' import rows %}{{ rows(here()) }}",
    "rows": "{% macro rows(here) %}{{ here.page.name }}{% endmacro %}",
}
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


def test_what_a_page_fills_in_is_escaped_once_and_gives_way_to_the_row() -> None:
    common = escaped(owner="<o>", csrf=Markup("<input>"), name="page")
    written = Markup("{owner} {csrf} {name} {later}")
    assert filled(written, common, name="<row>") == "&lt;o&gt; <input> &lt;row&gt; {later}"
    assert filled(written, common, name=1) == "&lt;o&gt; <input> 1 {later}"


def test_what_django_holds_for_safe_is_not_escaped() -> None:
    field = mark_safe("<input>")
    later = lazy(lambda: field, SafeString, str)  # as the field against forgery is
    assert filled(Markup("{a}{b}"), a=field, b=later()) == "<input><input>"
    assert filled(Markup("{name}"), name=lazystr("<o>")) == "&lt;o&gt;"


class Page:
    name = "payroll"


def test_a_macro_is_given_what_the_page_knows_and_lets_go_of_it() -> None:
    """Without a round of the garbage collector: each page would leave all its rows to it."""
    page = Page()
    known = environment(loader=DictLoader(TEMPLATES), autoescape=True).get_template("page")
    gone = weakref.ref(page)
    gc.disable()
    try:
        assert known.render(page=page) == "payroll"
        del page
        assert gone() is None
    finally:
        gc.enable()
    with pytest.raises(UndefinedError, match="page"):
        known.render()


def test_a_page_asks_once_in_which_language_it_is_written() -> None:
    with override("de"):
        with one_language():
            assert (language(), number_format(1234)) == ("de", "1.234")
        with override("en"):
            assert (language(), number_format(1234)) == ("en", "1,234")


def test_what_is_remembered_differs_by_language_and_argument() -> None:
    greeting = engines["jinja2"].env.from_string(GREETING).module.greeting
    said = {}
    for spoken in ("en", "de"):
        with override(spoken):
            said[spoken] = [remembered(greeting, name) for name in ("<A>", "B", "<A>")]
    assert said["en"] == [f"<b>Approve {name}</b>" for name in ("&lt;A&gt;", "B", "&lt;A&gt;")]
    assert said["de"][0] != said["en"][0]
    assert said["en"][0] is said["en"][2]
