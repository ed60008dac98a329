# ruff: noqa: N999 - the name that gunicorn's users look for
"""gunicorn -c taskmanager/gunicorn.conf.py: how the product is served, and why so."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from taskmanager.env import load_env
from taskmanager.logging import config as _logging_config

# Read here, in the master: there a wrong environment ends gunicorn, in a worker it would not.
_env = load_env()

_in_memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

_OURS = "my-tasks-calls-"

wsgi_app = "taskmanager.wsgi:application"

# Every request waits for ISC, so threads; each thread keeps its own connections open.
worker_class = "gthread"
workers = _env.web_concurrency
threads = _env.web_threads
# For a worker that hangs: calls to ISC and to the provider have time-outs of their own.
timeout = 30
graceful_timeout = 30
# Longer than the idle time-out of common load balancers (60 s), else they use closed sockets.
keepalive = 75

# Workers touch a heartbeat file: on a disk that stalls, they would be killed for it.
if _in_memory:
    worker_tmp_dir = _in_memory
control_socket_disable = True

logconfig_dict = _logging_config(style=_env.log_format, level=_env.log_level)
# The path only: the default format writes the query, and on /signin/callback/ that is the code.
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'


def on_starting(_: object) -> None:
    """Close what killed workers left in the ledger; a key that it still needs stops the boot.

    Workers count their calls to SailPoint together: in Redis, in CALL_LOG, beside an SQLite
    database, else in a file that goes with the master. The job worker cannot know that one: it
    keeps to a part of the budget, and the others to the rest.
    """
    command = [sys.executable, "-m", "django", "recover", "--settings", "taskmanager.settings"]
    if code := subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        sys.exit(code)
    is_sqlite = _env.database_url.get_secret_value().startswith("sqlite")
    if _env.call_log is None and not _env.redis_url and not is_sqlite:
        with suppress(OSError):  # nowhere to write: each worker has its part of the budget then
            folder = tempfile.mkdtemp(prefix=_OURS, dir=_in_memory)
            os.environ["CALL_LOG"] = f"{folder}/calls.sqlite3"
            os.environ["ISC_BUDGET"] = str(_env.isc_budget * workers // (workers + 1))


def on_exit(_: object) -> None:
    """Leave no file behind."""
    folder = Path(os.environ.get("CALL_LOG", "")).parent
    if folder.name.startswith(_OURS):
        shutil.rmtree(folder, ignore_errors=True)
