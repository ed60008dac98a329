"""Hashed static files: how collectstatic shortens and joins them, and their addresses."""

import re
from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any

from django.core.files.base import ContentFile
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

Paths = dict[str, Any]  # a file's name, and the storage and path of its source

# The package brings other versions and extensions as well. One of them has an import in a comment,
# which Django could not resolve.
PACKAGE = "django_htmx/"
HTMX = "django_htmx/htmx-2.min.js"
OURS = ("css/", "js/")
# Files that list others: what imports them in a browser, and what stands in their place. The block
# of a script keeps its names to itself, as its module does.
LISTS = {
    "css/site.css": (re.compile(r'^@import "([\w.-]+)";$', re.MULTILINE), "{text}"),
    "js/site.js": (re.compile(r'^import "\./([\w.-]+)";$', re.MULTILINE), "{{\n{text}}}"),
}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Nothing within quotes. A space before a colon says "inside of it".
SPACE = re.compile(r'("[^"]*")|\s*([{};,])\s*|(:)\s+')


class HashedFiles(CompressedManifestStaticFilesStorage):
    """The manifest is read at start and never again, and a page names a dozen files."""

    support_js_module_import_aggregation = True

    @cached_property
    def _addresses(self) -> dict[tuple[Any, ...], str]:
        return {}

    def url(self, *name: Any) -> str:
        """Only templates ask, so there are no more names than they hold."""
        if name not in self._addresses:
            self._addresses[name] = super().url(*name)
        return self._addresses[name]

    def post_process(
        self,
        paths: Paths,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **options: Any,
    ) -> Iterator[Any]:
        """Shorten our files before they are hashed and compressed."""
        used = {name: paths[name] for name in paths if name == HTMX or not name.startswith(PACKAGE)}
        if not dry_run:
            ours = [name for name in used if name.startswith(OURS)]
            shortened = {name: shorten(name, paths) for name in ours}
            for name, text in shortened.items():
                self.delete(name)
                self.save(name, ContentFile(text.encode()))
                used[name] = (self, name)
        done = super().post_process(used, dry_run, **options)  # type: ignore[no-untyped-call]
        yield from done


def shorten(name: str, paths: Paths) -> str:
    """The text without comments and spaces; a list with the content of what it imports."""
    text, folder = read(name, paths), name.partition("/")[0]
    if name in LISTS:
        line, written = LISTS[name]
        listed = partial(_listed, folder=folder, paths=paths, written=written)
        text = line.sub(listed, text)
    return str(jsmin(text)) if folder == "js" else short_css(text)


def short_css(text: str) -> str:
    """rcssmin takes the space of `.row :not(.done)` away where that stands in an at-rule."""
    return SPACE.sub(r"\1\2\3", COMMENT.sub("", text)).replace(";}", "}")


def _listed(found: re.Match[str], *, folder: str, paths: Paths, written: str) -> str:
    return written.format(text=read(f"{folder}/{found[1]}", paths))


def read(name: str, paths: Paths) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        text: str = file.read().decode()
    return text
