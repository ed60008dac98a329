"""The locked requirements stay installable, whatever versions are released later."""

from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def _locked(name: str) -> dict[str, Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalpha()]
    return {
        canonicalize_name(each.name): each
        for each in found
        if not each.marker or each.marker.evaluate()
    }


def _asked_with_extras(package: Requirement) -> list[Requirement]:
    asked = [Requirement(line) for line in requires(package.name) or []]
    own = ["", *package.extras]
    return [
        each
        for each in asked
        if each.extras
        and (not each.marker or any(each.marker.evaluate({"extra": extra}) for extra in own))
    ]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_an_extra_that_a_package_asks_for_is_locked_with_it(name: str) -> None:
    """With only `coverage` locked, pip picks the newest `coverage[toml]` and fails: no hash."""
    locked = _locked(name)
    asked = [(by, each) for by in locked.values() for each in _asked_with_extras(by)]
    missing = [
        f"{by.name} asks for {each}"
        for by, each in asked
        if not each.extras <= locked[canonicalize_name(each.name)].extras
    ]
    assert not missing


def test_the_tests_own_list_has_such_extras() -> None:
    """Otherwise the test above could not fail."""
    assert any(_asked_with_extras(package) for package in _locked("requirements-dev.txt").values())
