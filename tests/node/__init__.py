"""Programs of the Node world that judge us from outside; `make node` installs them."""

import shutil
from pathlib import Path

from tests.environment import missing

HERE = Path(__file__).parent


def node() -> str:
    """Node's own path. Skips the test where `make node` has not run; in CI that is a failure."""
    path = shutil.which("node")
    if not (path and (HERE / "node_modules" / ".installed").exists()):
        missing("Node.js with its packages (`make node`)")
    return path
