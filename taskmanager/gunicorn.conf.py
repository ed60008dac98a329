# ruff: noqa: N999 - the name that gunicorn's users look for
"""gunicorn -c taskmanager/gunicorn.conf.py: how the product is served, and why so."""

import gc
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from taskmanager.env import load_env
from taskmanager.logging import config as _logging_config
from taskmanager.probes import answer_on, listen

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
# What a person sends is at most this long, as in the proxy's configuration (docs/deployment).
limit_request_field_size = 16_384
# Renewed now and then, not all at once: what a worker's memory gains by and by is given back.
max_requests = 20_000
max_requests_jitter = 4_000
# Longer than the idle time-out of common load balancers (60 s), else they use closed sockets.
keepalive = 75

# What a peer says about the connection before it is Django's alone to believe (TRUST_PROXY). By
# itself gunicorn takes the scheme and SCRIPT_NAME from anybody on this machine.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}

# Workers touch a heartbeat file: on a disk that stalls, they would be killed for it.
if _in_memory:
    worker_tmp_dir = _in_memory
control_socket_disable = True

logconfig_dict = _logging_config(style=_env.log_format, level=_env.log_level)
# The path only: the default format writes the query, and on /signin/callback/ that is the code.
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'


READ_SECONDS = 10  # that a peer may be silent in the middle of a request


def when_ready(server: Any) -> None:
    """End what stands still in the middle of a request: gunicorn's threads read without a limit.

    Linux hands the option on to each connection that a listener accepts.
    """
    for listener in server.LISTENERS:
        limit = struct.pack("ll", READ_SECONDS, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    if _env.health_port:
        listen(_env.health_port)


def post_worker_init(worker: Any) -> None:
    # What is there now stays: the collector need not look through it during each page.
    gc.collect()
    gc.freeze()
    if _env.health_port:
        answer_on(listen(_env.health_port), worker.wsgi)


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
