"""Static files have the hashed URLs of the manifest."""

import json
from pathlib import Path

import pytest
from django.conf import LazySettings

from taskmanager.staticfiles import HashedFiles


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
