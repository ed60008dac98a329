"""The one place where settings, a session's tokens, the client and the services meet."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import get_language

from taskmanager.core import crypto
from taskmanager.core.http import session_for_this_thread
from taskmanager.core.places import may_wait
from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.providers.personal_token import PersonalToken
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.token_refresh import access_token_for, renew_access_token
from taskmanager.signin.token_store import TokenStore
from workitems import directory
from workitems.domain.results import CannotRenew
from workitems.isc.budget import LONGEST_TURN, Budget, NoBudget, Purpose, SharedBudget
from workitems.isc.client import IscClient
from workitems.isc.machine_log import open_log
from workitems.isc.single_flight import SingleFlight
from workitems.isc.transport import Reply, Sharing, Transport
from workitems.ledger import DatabaseLedger
from workitems.recent_reads import RecentReads
from workitems.scope import QueueScope
from workitems.services.executor import Executor
from workitems.services.reader import Reader
from workitems.services.tenant_scan import QueueStates, TenantScan

if TYPE_CHECKING:
    from workitems.isc.redis_link import RedisLink

SCAN_CALLS: Final = 4  # at once
LONGEST_WITH_SCAN: Final = 120.0  # seconds


class RowCredentials:
    """A session's access token, read once in the caller's thread.

    The reader's helper threads would open database connections that nobody closes.
    """

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self._token = access_token_for(store, configured_provider())

    def token(self) -> str:
        return self._token

    def renew(self) -> bool:
        try:
            renewed = renew_access_token(self._store, configured_provider(), refused=self._token)
        except ProviderUnavailable as error:
            raise CannotRenew from error
        self._token = renewed or self._token
        return renewed is not None


@dataclass(frozen=True)
class Services:
    """What one person can read and do in one queue."""

    reader: Reader
    executor: Executor


@cache
def redis_link() -> "RedisLink | None":
    """What all processes share that call with the same OAuth client; None without REDIS_URL."""
    if not settings.REDIS_URL:
        return None
    from workitems.isc.redis_link import RedisLink  # noqa: PLC0415 - an optional package

    name = f"{settings.ISC_BASE_URL} {settings.OIDC_CLIENT_ID}"
    return RedisLink(settings.REDIS_URL, name, least=settings.WEB_CONCURRENCY)


@cache
def budget_of(
    limit: int,
    processes: int,
    threads: int,
    file: Path | None = None,
    link: "RedisLink | None" = None,
) -> Budget:
    """The budget of all who share `link`, else `file`; without both, this process's part of it."""
    if not limit:
        return NoBudget()
    # Where the scan answers, a page that came before its first pass is to come back soon.
    longest_turn = LONGEST_WITH_SCAN if settings.TENANT_SCAN_CLIENT_ID else LONGEST_TURN
    more: dict[str, Any] = {"waiting": max(1, threads // 2), "longest_turn": longest_turn}
    if link:
        from workitems.isc.redis_log import RedisLog  # noqa: PLC0415 - an optional package

        return SharedBudget(limit, log=RedisLog(link), clock=link.clock, **more)
    log = open_log(file, processes) if file else None
    return SharedBudget(limit if log else limit / processes, log=log, **more)


def budget() -> Budget:
    """What the settings say of it."""
    processes, threads = settings.WEB_CONCURRENCY + 1, settings.WEB_THREADS  # and the job worker
    return budget_of(settings.ISC_BUDGET, processes, threads, settings.CALL_LOG, redis_link())


@cache
def reads() -> SingleFlight[Reply]:
    """The reads of all people that are under way: each joins their own alone."""
    if not (link := redis_link()):
        return SingleFlight()
    from workitems.isc.shared_flight import Seals, SharedFlight  # noqa: PLC0415 - the same

    return SharedFlight(link, Seals(mark=_mark, seal=_seal, unseal=_unseal))


def _mark(text: str) -> str:
    return crypto.fingerprints("reads", text)[0]


def _seal(reply: Reply, key: str) -> str:
    return crypto.seal(reply.as_json(), row=key, purpose=crypto.Purpose.READS)


def _unseal(sealed: str, key: str) -> Reply | None:
    document = crypto.unseal(sealed, row=key, purpose=crypto.Purpose.READS)
    return None if document is None else Reply.from_json(document)


def tenant_scan(states: QueueStates) -> TenantScan:
    """The scan with its own token, and so with a budget of its own.

    Raises SignInRefused and ProviderUnavailable.
    """
    secret = settings.TENANT_SCAN_CLIENT_SECRET
    token = PersonalToken(settings.ISC_BASE_URL, settings.TENANT_SCAN_CLIENT_ID, secret)
    token.token()  # the identity comes with it
    own = budget_of(settings.ISC_BUDGET, 1, threads=2)
    sharing = Sharing(own, SingleFlight(), token.identity_id, Purpose.DECISION)
    transport = Transport(
        settings.ISC_BASE_URL,
        token.token,
        session_factory=session_for_this_thread,
        sharing=sharing,
    )
    client = IscClient(transport, api_version=settings.ISC_API_VERSION)
    pool = ThreadPoolExecutor(SCAN_CALLS, thread_name_prefix="scan")
    return TenantScan(client, states, own_id=token.identity_id, renew=token.renew, each=pool.map)


def _may_wait(purpose: Purpose) -> bool:
    return may_wait(urgent=purpose is Purpose.DECISION)


def services_for(
    tokens: TokenStore, scope: QueueScope, purpose: Purpose = Purpose.VIEW
) -> Services:
    """Services for the session that has these tokens; `purpose` is what its reads are for.

    Raises SignInNeeded and ProviderUnavailable.
    """
    credentials = RowCredentials(tokens)
    sharing = Sharing(budget(), reads(), scope.actor.id, may_wait=_may_wait)
    client_for = partial(_client, credentials, sharing)
    client, numbers_client = client_for(purpose), client_for(Purpose.BACKGROUND)
    owner_id, actor_id = scope.owner.id, scope.actor.id
    recent = RecentReads(scope, settings.COUNTS_SECONDS)
    reader = Reader(
        client,
        credentials,
        numbers_client=numbers_client,
        owner_id=owner_id,
        recent=recent,
    )
    executor = Executor(
        client,
        reader,
        credentials,
        DatabaseLedger(scope, tokens.row),
        owner_id=owner_id,
        actor_id=actor_id,
        checks_owner=scope.actor.is_admin,
        has_bulk_calls=settings.BULK_CALLS,
    )
    return Services(reader, executor)


def _client(credentials: RowCredentials, sharing: Sharing, purpose: Purpose) -> IscClient:
    transport = Transport(
        settings.ISC_BASE_URL,
        credentials.token,
        session_factory=session_for_this_thread,
        sharing=replace(sharing, purpose=purpose),
        language=get_language(),
    )
    return IscClient(transport, api_version=settings.ISC_API_VERSION)


def with_owner_name(scope: QueueScope, reader: Reader) -> QueueScope:
    """The scope with its owner's name: looked up once, and kept for this viewer alone."""
    if not scope.is_other:
        return scope
    owner_id = scope.owner.id
    return scope.named(directory.names(reader, scope.actor.id, [owner_id]).get(owner_id, ""))
