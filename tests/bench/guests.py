"""Signed-in people for a dashboard that runs: `python -m tests.bench.guests`, in its environment.

Reads a JSON list of [id, access token] from standard input, prints the list of their session keys.
Signing in each by the OpenID flow would take a tenth of a second for one.
"""

import json
import sys
import time

import django

SIGNED_IN_FOR = 7200  # seconds


def main() -> None:
    django.setup()
    from django.db import transaction  # noqa: PLC0415 - after the set-up

    with transaction.atomic():
        keys = [sign_in(*guest) for guest in json.load(sys.stdin)]
    json.dump(keys, sys.stdout)


def sign_in(person_id: str, access_token: str) -> str:
    from taskmanager.signin.request import keep_person  # noqa: PLC0415
    from taskmanager.signin.session_store import SIGNED_IN_AT, SessionStore  # noqa: PLC0415
    from taskmanager.signin.values import Person, Tokens  # noqa: PLC0415
    from tests.session_tokens import keep  # noqa: PLC0415

    session = SessionStore()
    keep_person(session, Person(person_id, f"Guest {person_id}", person_id, is_admin=False))
    session[SIGNED_IN_AT] = time.time()
    session.save()
    keep(session, Tokens(access_token, expires_at=time.time() + SIGNED_IN_FOR))
    return str(session.session_key)


if __name__ == "__main__":
    main()
