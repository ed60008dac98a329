"""What collectstatic makes of the static files, and their addresses."""

import json
import posixpath
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from taskmanager.env import BASE_DIR
from taskmanager.staticfiles import HashedFiles, short_css

OURS = BASE_DIR / "static"
HASH = re.compile(r"\.[0-9a-f]{12}\.js$")
HASHED = re.compile(r"\.[0-9a-f]{12}\.js")
COMMENT = re.compile(r"(?:^|(?<=\s))//.*$", re.MULTILINE)
# Any import or export with an address, with or without a semicolon, and import().
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']""")


def collected(source: Path, target: Path, settings: LazySettings) -> dict[str, str]:
    """Run collectstatic with hashed files; returns the hashed name of each file."""
    backend = {"BACKEND": "taskmanager.staticfiles.HashedFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}
    settings.DEBUG, settings.STATIC_ROOT = False, str(target)
    settings.STATICFILES_DIRS = [source]
    call_command("collectstatic", interactive=False, verbosity=0)
    paths: dict[str, str] = json.loads((target / "staticfiles.json").read_text())["paths"]
    return paths


def unhashed(folder: Path, names: dict[str, str]) -> Iterator[str]:
    """The imports of our scripts that name no hashed file."""
    for name, hashed in names.items():
        if name.startswith("js/"):
            for address in IMPORT.findall((folder / hashed).read_text()):
                found = posixpath.normpath(posixpath.join(posixpath.dirname(hashed), address))
                if found not in names.values() or not HASH.search(found):
                    yield f"{name}: {address}"


def test_every_import_names_a_hashed_file(tmp_path: Path, settings: LazySettings) -> None:
    names = collected(OURS, tmp_path, settings)

    assert not list(unhashed(tmp_path, names))
    assert len(IMPORT.findall((tmp_path / names["js/frame-signin.js"]).read_text())) == 1
    assert all((tmp_path / hashed).exists() for hashed in names.values())


@pytest.mark.parametrize(
    "planted", ['import "./poll.js"', 'export { say } from "./signin-box.js"', 'import("/x.js")']
)
def test_an_import_that_stays_unhashed_is_found(
    tmp_path: Path, settings: LazySettings, planted: str
) -> None:
    """Django rewrites an import only if a semicolon follows."""
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(OURS, source)
    with (source / "js" / "try.js").open("a") as script:
        script.write(f"{planted}\n")

    names = collected(source, target, settings)

    assert list(unhashed(target, names)) == [f"js/try.js: {IMPORT.findall(planted)[0]}"]


@pytest.mark.parametrize(("listed", "count"), [("css/site.css", 19), ("js/site.js", 19)])
def test_a_list_holds_the_files_that_it_imports_in_their_order(
    tmp_path: Path, settings: LazySettings, listed: str, count: int
) -> None:
    folder = OURS / Path(listed).parent
    imported = re.findall('import "(?:\\./)?([^"]+)"', (OURS / listed).read_text())
    for _ in range(2):  # the second run finds the joined file of the first
        names = collected(OURS, tmp_path, settings)
        joined = pressed((tmp_path / names[listed]).read_text())

        assert 'import"' not in joined
        assert "/*" not in joined
        place = 0
        for name in imported:  # each behind the one before: two may begin alike
            place = joined.index(pressed(first_line(folder / name)), place) + 1
        assert len(imported) == count


def pressed(text: str) -> str:
    """Without spaces, and without the semicolons that end a block."""
    return "".join(text.split()).replace(";}", "}")


def first_line(path: Path) -> str:
    """The first one with a block or a declaration, which comments are not."""
    source = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    return next(line for line in source.splitlines() if line.endswith(("{", ";", "}")))


def test_each_script_of_the_list_keeps_its_names_to_itself(
    tmp_path: Path, settings: LazySettings
) -> None:
    """Two of them may call different things by one name, as modules may."""
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(OURS, source)
    for name in ("poll.js", "pane.js"):
        (source / "js" / name).write_text("const same = 1;\n")

    names = collected(source, target, settings)

    joined = (target / names["js/site.js"]).read_text()
    assert pressed(joined).count("{constsame=1}") == 2


def test_a_script_loses_its_comments_and_nothing_else(
    tmp_path: Path, settings: LazySettings
) -> None:
    names = collected(OURS, tmp_path, settings)

    for path in set(OURS.glob("js/*.js")) - {OURS / "js" / "site.js"}:
        source = COMMENT.sub("", path.read_text())
        short = (tmp_path / names[f"js/{path.name}"]).read_text()
        assert pressed(HASHED.sub(".js", short)) == pressed(source)


def test_an_address_is_the_manifests_each_time(tmp_path: Path, settings: LazySettings) -> None:
    settings.DEBUG, settings.STATIC_ROOT = False, str(tmp_path)
    paths = {"css/base.css": "css/base.0123456789ab.css", "js/a.js": "js/a.ba9876543210.js"}
    manifest = {"version": "1.1", "paths": paths, "hash": ""}
    (tmp_path / "staticfiles.json").write_text(json.dumps(manifest))
    files = HashedFiles()

    for _ in range(2):
        assert files.url("css/base.css") == "/static/css/base.0123456789ab.css"
        assert files.url("js/a.js") == "/static/js/a.ba9876543210.js"
    with pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
        files.url("css/nowhere.css")


@pytest.mark.parametrize(
    ("rule", "short"),
    [
        (
            "@media print { .a :not(.b) {\n  c: calc(1px + 2px);\n} }",
            "@media print{.a :not(.b){c:calc(1px + 2px)}}",
        ),
        ('[a="b"] :is(.c, .d) > .e { f: 1 / 2; }', '[a="b"] :is(.c,.d) > .e{f:1 / 2}'),
        ('.a::after { content: "b: c, { d"; }', '.a::after{content:"b: c, { d"}'),
        (
            "@media (width < 400px) and (hover: none) { a:hover { b: c } }",
            "@media (width < 400px) and (hover:none){a:hover{b:c}}",
        ),
        (
            ".a { b: c } /* .d { e: f } */\n.g:has(> .h) { i: j; k: l }",
            ".a{b:c}.g:has(> .h){i:j;k:l}",
        ),
    ],
)
def test_a_style_means_the_same_when_it_is_short(rule: str, short: str) -> None:
    assert short_css(rule) == short
