"""Rules for templates, style sheets and scripts that no linter checks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
HEAD = re.compile(r"<head>.*?</head>|{% block styles %}.*?{% endblock %}", re.DOTALL)
# What a template works out once, and uses elsewhere.
ONCE = re.compile(r"{% set (\w+) %}(.*?){% endset %}", re.DOTALL)
USE = re.compile(r"{{ (\w+)(?:\|filled\([^}]*\))? }}")
# Sentences, and attributes that stand apart from their element.
TRANSLATED = re.compile(r"{% trans\b.*?{% endtrans %}", re.DOTALL)
FILLED = re.compile(r"\{\w+\}")  # by the filter `filled`
ATTRIBUTES = re.compile(r'[\w-]+="[^"]*"')
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
CSRF = "{{ csrf_input }}"
CSRF_OF_PIECES = "{csrf}"  # each page that prints them fills it in
PIECES = {"_index.html", "_person_menu.html", "_picks.html", "_pieces.html"}
LINES = {".html": 120, ".css": 250, ".js": 60}
LOADER_LINES = 120  # a complete script that runs in other sites' pages
CLASSIC = {"loader.js"}  # the other scripts are modules
# Each is blocked by the Content-Security-Policy, evaluates code, or links to another server.
REFUSED = {
    "a script without src": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"\sstyle\s*=|<style",
    "an inline event handler": r"\son[a-z]+\s*=",
    "hx-on": r"\bhx-on\b",
    "a js: or javascript: value": r"['\"](?:js|javascript):",
    "hx-vars, hx-ext or hx-boost": r"\bhx-(?:vars|ext|boost)\b",
    "a trigger filter": r"hx-trigger=\"[^\"]*\[",
    "markup marked as safe": r"\|\s*safe\b|{%\s*autoescape\s+(?:off|false)",
    "an address of another server": r"(?:src|href|action|hx-\w+)=['\"](?:https?:)?//",
    "Django's own template language": r"{%\s*(?:load|csrf_token|url|static)\b|\|json_script",
}


def ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


each_template = pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
each_script = pytest.mark.parametrize("path", SCRIPTS, ids=ids(SCRIPTS))
each_style = pytest.mark.parametrize("path", STYLES, ids=ids(STYLES))


def whole(path: Path) -> str:
    """The template with its pieces put where they are used, so that a form is seen complete."""
    source = COMMENT.sub("", path.read_text())
    pieces = dict(ONCE.findall(source))
    source = ONCE.sub("", source)
    for _ in range(4):
        source = USE.sub(lambda use: pieces.get(use[1], use[0]), source)
    return source


def values(attribute: str) -> Iterator[tuple[Path, str]]:
    for path in TEMPLATES:
        for value in re.findall(rf'\b{attribute}="([^"]*)"', path.read_text()):
            yield path, value


def written_ids() -> set[str]:
    return {value for _path, value in values("id")}


@each_template
@pytest.mark.parametrize("what", REFUSED)
def test_a_template_holds_nothing_that_the_policy_refuses(path: Path, what: str) -> None:
    found = re.search(REFUSED[what], path.read_text())
    assert not found, f"{path.name}: {what}: {found and found.group()}"


def test_the_refusals_would_catch_what_they_name() -> None:
    planted = (
        "<script>", '<p style="x">', '<p onclick="x">', "hx-on:click", '"js:alert()"', "hx-boost",
        'hx-trigger="click[x]"', "{{ x|safe }}", 'src="https://x"', "{% load i18n %}",
    )  # fmt: skip
    for pattern, example in zip(REFUSED.values(), planted, strict=True):
        assert re.search(pattern, example), (pattern, example)


@pytest.mark.parametrize("attribute", ["hx-target", "hx-include", "hx-sync"])
def test_every_element_that_htmx_is_told_of_exists(attribute: str) -> None:
    known = written_ids()
    for path, value in values(attribute):
        for name in re.findall(r"#([\w-]+)", value):
            assert name in known, f"{path.name}: {attribute} names #{name}, which nobody writes"


def test_every_out_of_band_element_has_a_place_to_go() -> None:
    """An out-of-band element must exist in a page, without hx-swap-oob or with `{% if oob %}`."""
    for path in TEMPLATES:
        for element in re.findall(r"<\w+[^<>]*hx-swap-oob[^<>]*>", path.read_text()):
            name = re.search(r'\bid="([^"]+)"', element)
            assert name, f"{path.name}: out of band without an id: {element}"
            standing = [
                tag
                for other in TEMPLATES
                for tag in re.findall(
                    rf'<\w+[^<>]*\bid="{re.escape(name[1])}"[^>]*>', other.read_text()
                )
                if "hx-swap-oob" not in tag or "{% if oob %}" in tag
            ]
            assert standing or name[1] == "{{ standing_id }}-actions", (
                f"{path.name}: no page has #{name[1]}"
            )


POLLING = re.compile(r'id="(badge|index)"')  # numbers that a page asks for by itself


@each_template
def test_every_form_that_posts_is_safe_and_can_say_what_went_wrong(path: Path) -> None:
    for form in FORM.findall(whole(path)):
        opening = form.split("\n", 1)[0]
        if 'method="post"' in form:
            token = CSRF_OF_PIECES if path.name in PIECES else CSRF
            assert token in form, f"{path.name}: no CSRF token in {opening}"
        assert "data-notice" in form, f"{path.name}: no place for a notice in {opening}"


@each_template
def test_what_htmx_does_a_browser_without_it_does_as_well(path: Path) -> None:
    """hx-get and hx-post are allowed on links, on forms with a method and on a form's inputs."""
    for element in re.findall(r"<(\w+)\b([^<>]*\bhx-(?:get|post)=[^<>]*)>", whole(path)):
        name, attributes = element
        if name == "a":
            assert "href=" in attributes, f"{path.name}: {attributes}"
            address, asked = re.findall(r'\b(?:href|hx-get)="([^"]*)"', attributes)
            assert asked != address, f"{path.name}: an empty hx-get says {address} as well"
        elif name == "form":
            assert "method=" in attributes, f"{path.name}: {attributes}"
        else:
            is_asking = "{% if ask_at %}" in attributes  # of its own accord, and without a loss
            assert name == "input" or POLLING.search(attributes) or is_asking, (
                f"{path.name}: <{name}> {attributes}"
            )


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.name != "_forms.html"])
def test_every_image_and_field_has_a_name(path: Path) -> None:
    """The macros of `_forms.html` print a control; whoever calls them writes the label."""
    source = TAG.sub("", path.read_text())
    for image in re.findall(r"<img\b[^>]*>", source):
        assert "alt=" in image, f"{path.name}: {image}"
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", source):
        name = re.search(r'\bid="([^"]+)"', field)
        is_labelled = name and f'for="{name[1]}"' in source
        is_wrapped = re.search(r"<label\b[^>]*>\s*" + re.escape(field), source)
        assert 'type="hidden"' in field or is_labelled or is_wrapped, f"{path.name}: {field}"


@each_template
def test_every_text_can_be_translated(path: Path) -> None:
    source = TRANSLATED.sub("", COMMENT.sub("", path.read_text()))
    source = re.sub(r"<[^<>]*>", " ", FILLED.sub("", TAG.sub("", source)))
    source = re.sub(r"&\w+;", "", ATTRIBUTES.sub("", source))
    words = re.findall(r"[A-Za-z]{2,}", source)
    assert not words, f"{path.name}: not translated: {words}"


@pytest.mark.parametrize(
    "path", TEMPLATES + STYLES + SCRIPTS, ids=ids(TEMPLATES + STYLES + SCRIPTS)
)
def test_files_stay_short(path: Path) -> None:
    most = LOADER_LINES if path.name == "loader.js" else LINES[path.suffix]
    assert len(path.read_text().splitlines()) <= most


@each_script
def test_scripts_are_strict_and_build_no_code_or_markup(path: Path) -> None:
    """Modules are strict by themselves."""
    source = path.read_text()
    assert source.startswith('"use strict";') is (path.name in CLASSIC)
    forbidden = r"\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write|\.on\w+ ="
    assert not re.search(forbidden, source)


@each_script
def test_modules_define_no_globals(path: Path) -> None:
    assert not re.search(r"\b(?:window|globalThis|self)\.\w+\s*=[^=]", path.read_text())


def test_templates_load_modules_as_modules_and_the_others_as_classic_scripts() -> None:
    found = [
        (name, attributes)
        for path in TEMPLATES
        for name, attributes in re.findall(
            r'<script src="{{ static\("([^"]+)"\) }}"([^>]*)>', path.read_text()
        )
    ]
    assert found
    for name, attributes in found:
        is_ours = name.startswith("js/")
        assert attributes == (' type="module"' if is_ours else " defer"), name


@pytest.mark.parametrize("template", ["base", "embed"])
def test_every_module_is_named_in_the_page_after_those_that_it_imports(template: str) -> None:
    """A module that only another one names would be loaded after that one, not beside it."""
    source = (ROOT / "templates" / f"{template}.html").read_text()
    named = re.findall(r'{{ static\("js/([\w-]+)\.js"\) }}" type="module"', source)
    assert named
    for place, name in enumerate(named):
        if name == "site":  # it is written as one file
            continue
        script = (ROOT / "static" / "js" / f"{name}.js").read_text()
        imported = re.findall(r'^import .*"\./([\w-]+)\.js";$', script, re.MULTILINE)
        assert set(imported) <= set(named[:place]), name


@each_script
def test_every_script_is_loaded(path: Path) -> None:
    """By a page, by the list of what every page runs, by one of those when it is needed first, or
    by a host page (the loader).

    The page on the way to the provider runs one script of the list, and nothing else of it.
    """
    pages = (template for template in TEMPLATES if template.name != "leaving.html")
    templates = "".join(template.read_text() for template in pages)
    site = (ROOT / "static" / "js" / "site.js").read_text()
    by_site = f'import "./{path.name}";' in site
    by_page = f'static("js/{path.name}")' in templates
    by_script = any(f'import("./{path.name}")' in script.read_text() for script in SCRIPTS)
    assert [by_site, by_page or by_script, path.name == "loader.js"].count(True) == 1


def test_what_every_page_runs_imports_and_exports_nothing() -> None:
    """Its files become blocks of one script, where neither can stand."""
    site = (ROOT / "static" / "js" / "site.js").read_text()
    for name in re.findall(r'"\./([\w-]+\.js)"', site):
        script = (ROOT / "static" / "js" / name).read_text()
        assert not re.search(r"^(?:import|export)\b", script, re.MULTILINE), name


@each_script
def test_only_one_script_names_the_events_of_htmx(path: Path) -> None:
    names = re.search(r"htmx:\w+", path.read_text())
    assert not names or path.name == "htmx-events.js"


@each_script
def test_scripts_hook_on_data_attributes_and_ids_not_on_classes(path: Path) -> None:
    assert not re.search(
        r"""(?:querySelector(?:All)?|closest|matches)\([`"'][^)]*[\s(>"'`]\.\w""", path.read_text()
    )


@each_style
def test_styles_work_from_right_to_left_as_well(path: Path) -> None:
    sides = r"(?:margin|padding|border)-(?:left|right)|(?<![\w-])(?:left|right)\s*:"
    assert not re.search(rf"{sides}|text-align:\s*(?:left|right)|float:", path.read_text())


@each_style
def test_colours_come_from_the_tokens(path: Path) -> None:
    if path.name != "tokens.css":
        source = re.sub(r"url\([^)]*\)", "", path.read_text())
        assert not re.search(r"#[0-9a-f]{3,8}\b|\bhsl\(", source)


@each_style
def test_styles_load_nothing_from_elsewhere(path: Path) -> None:
    """Only site.css imports: it lists the style sheets of every page."""
    source = path.read_text()
    assert not re.search(r"url\((?![\"']?data:)", source)
    assert "@import" not in source or path.name == "site.css"


@each_template
def test_no_style_sheet_comes_after_what_it_is_for(path: Path) -> None:
    """What is put in the page would move when its sheet arrives, and the focus out of view."""
    assert 'rel="stylesheet"' not in HEAD.sub("", path.read_text())


@each_style
def test_every_style_sheet_is_loaded(path: Path) -> None:
    templates = "".join(template.read_text() for template in TEMPLATES)
    site = (ROOT / "static" / "css" / "site.css").read_text()
    by_site = f'@import "{path.name}";' in site
    assert by_site != (f'static("css/{path.name}")' in templates)
