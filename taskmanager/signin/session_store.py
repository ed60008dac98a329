"""The session engine: encrypted rows under hashed keys, with an idle and an absolute limit."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import OperationalError, connection
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.core.storage import best_effort, is_outage
from taskmanager.signin.models import Session, TokenSet
from taskmanager.signin.request import PERSON

SIGNED_IN_AT = "signed_in_at"  # epoch seconds; absent until a person has signed in
REFUSED_AT = "refused_at"  # epoch seconds; kept by the sign-in that follows a refusal
ANONYMOUS_SECONDS = 3600  # a sign-in under way needs minutes
SEEN_EVERY = timedelta(seconds=60)  # one small write a minute, not one per request
LOAD = (
    f"SELECT session_data, seen_at, levels, sealed FROM {Session._meta.db_table}"  # noqa: S608 - our names
    f" LEFT JOIN {TokenSet._meta.db_table} ON session_id = session_key"
    " WHERE session_key = %s AND expire_date > %s"
)


class SessionStore(DatabaseStore):
    """What `request.session` is; a row that cannot be decrypted counts as no session.

    `sealed_tokens`: the row's key, and its tokens as they came with it (`TokenStore.of`).
    """

    sealed_tokens: tuple[str, str | None] = ("", None)

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        key = crypto.hash_session_key(self.session_key or "")
        with connection.cursor() as cursor:  # plain SQL: each request asks
            now = connection.ops.adapt_datetimefield_value(timezone.now())
            cursor.execute(LOAD, [key, now])
            payload, seen_at, levels, tokens = cursor.fetchone() or ("", None, None, None)
        content = crypto.unseal(payload, row=key)
        if not isinstance(content, dict):
            self._session_key = None
            return {}
        self._seen_at, self.sealed_tokens = seen_at, (key, tokens)
        renewed = crypto.unseal(levels, row=key) if levels else None
        if isinstance(renewed, dict) and PERSON in content:
            content[PERSON] |= renewed
        return content

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's own
        """Django says of a database that fails, too, that the session has ended meanwhile."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if is_outage(error.__context__):
                raise OperationalError("the session could not be saved") from error
            raise

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(pk=crypto.hash_session_key(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(pk=crypto.hash_session_key(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = crypto.hash_session_key(self._get_or_create_session_key())  # type: ignore[attr-defined]  # no stub
        issuer, subject, sid = (data.get(part) or "" for part in ("issuer", "subject", "sid"))
        return Session(
            session_key=row,
            session_data=crypto.seal(data, row=row),
            expire_date=self.get_expiry_date(),
            subject_hash=crypto.fingerprints("subject", issuer, subject)[0] if subject else "",
            sid_hash=crypto.fingerprints("sid", issuer, sid)[0] if sid else "",
        )

    def get_expiry_date(self, **_: Any) -> datetime:
        """When the row expires: the nearer of the two limits."""
        now = timezone.now()
        signed_in_at = self.get(SIGNED_IN_AT)
        if signed_in_at is None:
            return now + timedelta(seconds=ANONYMOUS_SECONDS)
        absolute = datetime.fromtimestamp(signed_in_at + settings.SESSION_ABSOLUTE_SECONDS, UTC)
        return min(now + timedelta(seconds=settings.SESSION_IDLE_SECONDS), absolute)

    def get_expiry_age(self, **_: Any) -> int:
        """How long the cookie is kept, in seconds: the absolute limit; the row has the other."""
        signed_in_at = self.get(SIGNED_IN_AT)
        if signed_in_at is None:
            return ANONYMOUS_SECONDS
        return max(1, int(signed_in_at + settings.SESSION_ABSOLUTE_SECONDS - time.time()))

    @property
    def is_signed_in(self) -> bool:
        """Whether the session is somebody's; `embed.middleware` asks it of any engine it finds."""
        return PERSON in self

    def touch(self) -> None:
        """Note that the person is still here, without rewriting the payload."""
        seen_at, now = _moment(getattr(self, "_seen_at", None)), timezone.now()
        if seen_at is None or self.session_key is None or now - seen_at < SEEN_EVERY:
            return
        row = Session.objects.filter(pk=crypto.hash_session_key(self.session_key))
        with best_effort("a session's last use"):
            row.update(seen_at=now, expire_date=self.get_expiry_date())


def lasts(row: str) -> bool:
    """Whether the session of this row is still there and within its absolute limit, idle or not."""
    found = Session.objects.filter(pk=row).values_list("session_data", flat=True).first()
    content = crypto.unseal(found, row=row) if found else None
    if not isinstance(content, dict) or SIGNED_IN_AT not in content:
        return False
    return time.time() < float(content[SIGNED_IN_AT]) + settings.SESSION_ABSOLUTE_SECONDS


def _moment(value: datetime | None) -> datetime | None:
    """SQLite keeps no zone with a moment: all of them are in UTC."""
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value
