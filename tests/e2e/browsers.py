"""Which Chromium the tests drive, and how it is started."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType

INSTALLED = ("chromium", "chromium-browser", "google-chrome")
# The same engine without windows of its own: a new page takes a fifth of the processor time.
WITHOUT_WINDOWS = ("chromium-headless-shell",)
ADVICE = (
    "No Chromium was found. Install the system package chromium, or run "
    "`python -m playwright install chromium`, or name one in the variable CHROMIUM."
)
# The browser must not call its maker's services; containers lack a GPU and user namespaces.
ARGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def found(*names: str) -> str | None:
    """The first of these programs that is installed."""
    return next(filter(None, map(shutil.which, names)), None)


def launch(chromium: BrowserType) -> Browser:
    """Start Chromium. Without a browser the test is skipped; in CI it fails."""
    path = os.environ.get("CHROMIUM") or found(*WITHOUT_WINDOWS, *INSTALLED)
    path = path or chromium.executable_path
    if not Path(path).exists():
        if os.environ.get("CI"):
            pytest.fail(ADVICE)
        pytest.skip(ADVICE)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return chromium.launch(
        executable_path=path, args=[*ARGS, "--no-sandbox"] if is_root else [*ARGS]
    )
