"""Each import rule fails the build: the tests violate every rule once, in a copy."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
# The file to change, the line to add, and a word of the contract that must fail.
PLANTED = {
    "the core knows sign-in": (
        "taskmanager/core/crypto.py",
        "from taskmanager.signin.values import Person",
        "the core",
    ),
    "sign-in knows work items": (
        "taskmanager/signin/login.py",
        "from workitems.scope import QueueScope",
        "the project on top",
    ),
    "sign-in knows framing": (
        "taskmanager/signin/handoff.py",
        "from taskmanager.embed.params import WidgetParams",
        "do not know one another",
    ),
    "a store knows the providers": (
        "taskmanager/signin/token_store.py",
        "from taskmanager.signin.providers.base import Provider",
        "signin: views",
    ),
    "a view reaches the client": (
        "workitems/web/item.py",
        "from workitems.isc.client import IscClient",
        "reach the client",
    ),
    "the domain knows Django": (
        "workitems/domain/policy.py",
        "from django.conf import settings",
        "know no framework",
    ),
    "the services know the session": (
        "workitems/services/executor.py",
        "from taskmanager.signin.request import session_row",
        "know no framework",
    ),
    "a view model knows the views": (
        "workitems/view_models/rows.py",
        "from workitems.web.links import Links",
        "workitems: web",
    ),
    "a view speaks HTTP": ("workitems/web/people.py", "import requests", "speak HTTP"),
    "an unlisted module": ("workitems/web/novelty.py", "", "workitems.web"),
    "a cycle": (
        "workitems/isc/errors.py",
        "from workitems.isc.client import IscClient",
        "workitems.isc",
    ),
    "the product knows the sandbox": (
        "workitems/wiring.py",
        "from sandbox.people import Person",
        "never imports the sandbox",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages and their import rules, for the tests to change."""
    folder = tmp_path_factory.mktemp("layers")
    for package in ("taskmanager", "workitems", "sandbox"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_violation_breaks_the_build(copy: Path, what: str) -> None:
    name, line, contract = PLANTED[what]
    path = copy / name
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{line}\n{before or ''}", encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-c", LINT], cwd=copy, capture_output=True, text=True, check=False
        )
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0
    broken = said.split("Broken contracts")[-1]
    assert contract in broken, broken[-2000:]
