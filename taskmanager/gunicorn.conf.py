# ruff: noqa: N999 - the name that gunicorn's users look for
"""gunicorn -c taskmanager/gunicorn.conf.py: how the product is served, and why so."""

import subprocess
import sys
from pathlib import Path

from taskmanager.env import load_env
from taskmanager.logging import config as _logging_config

# Read here, in the master: there a wrong environment ends gunicorn, in a worker it would not.
_env = load_env()

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
if Path("/dev/shm").is_dir():  # noqa: S108
    worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True

logconfig_dict = _logging_config(style=_env.log_format, level=_env.log_level)
# The path only: the default format writes the query, and on /signin/callback/ that is the code.
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'


def on_starting(_: object) -> None:
    """Close what killed workers left in the ledger; a key that it still needs stops the boot."""
    command = [sys.executable, "-m", "django", "recover", "--settings", "taskmanager.settings"]
    if code := subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        sys.exit(code)
