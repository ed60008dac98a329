"""External Node.js programs that the tests run; `make node` installs them."""

import shutil
from pathlib import Path

from tests.environment import missing

HERE = Path(__file__).parent


def node() -> str:
    """Node's path. Skips the test if `make node` has not been run; in CI the test fails."""
    path = shutil.which("node")
    if not (path and (HERE / "node_modules" / ".installed").exists()):
        missing("Node.js with its packages (`make node`)")
    return path
