"""A process in which several threads request one session's access token at the same time."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import django
from django.db import connection
from django.http import HttpRequest

THREADS = 4


def _ask(session_key: str) -> str:
    from taskmanager.signin.session_store import SessionStore  # noqa: PLC0415 - after django.setup()
    from tests.session_tokens import access_token_for  # noqa: PLC0415

    request = HttpRequest()
    request.session = SessionStore(session_key)
    try:
        return access_token_for(request)
    finally:
        connection.close()


if __name__ == "__main__":
    django.setup()
    sys.stdin.readline()  # all processes start together
    with ThreadPoolExecutor(THREADS) as pool:
        tokens = list(pool.map(_ask, [sys.argv[1]] * THREADS))
    sys.stdout.write(json.dumps(tokens))
