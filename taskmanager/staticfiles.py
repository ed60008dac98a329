"""The addresses of hashed static files, each computed once."""

from functools import cached_property
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """The manifest is read at start and never again, and a page names seventeen files."""

    @cached_property
    def _addresses(self) -> dict[tuple[Any, ...], str]:
        return {}

    def url(self, *name: Any) -> str:
        """Only templates ask, so there are no more names than they hold."""
        if name not in self._addresses:
            self._addresses[name] = super().url(*name)
        return self._addresses[name]
