"""Reads whole lists in threads beside the requests, with the tokens of the session that asks."""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Final

from django.conf import settings
from django.db import Error, connections

from taskmanager.signin.errors import ProviderUnavailable, SignInNeeded
from taskmanager.signin.token_store import TokenStore
from workitems.domain.facts import Judge
from workitems.domain.policy import Policy
from workitems.domain.queue_query import Tab
from workitems.isc.budget import Purpose
from workitems.isc.errors import IscError
from workitems.rejections import Rejections
from workitems.scope import QueueScope
from workitems.services.patience import Patience
from workitems.services.queue_reading import QueueReading, Stopped
from workitems.snapshot_store import SnapshotStore, Turn
from workitems.wiring import Services, services_for

logger = logging.getLogger(__name__)

READERS: Final = 2  # lists that a process reads at once: each waits mostly for its turn
PATIENCE: Final = 60.0  # seconds that one page may wait for its turn in the budget
POOL: Final = ThreadPoolExecutor(READERS, thread_name_prefix="lists")


def begin(scope: QueueScope, session: str, tab: Tab) -> None:
    """Have a list read, unless somebody reads it already."""
    if turn := SnapshotStore(scope, session).claim(tab):
        POOL.submit(copy_context().run, _read, turn)


def _read(turn: Turn) -> None:
    scope, session = turn.store.scope, turn.store.session
    try:
        services = services_for(TokenStore(session), scope, Purpose.BACKGROUND)
        read(turn, services)
    except Stopped:
        pass
    except (IscError, SignInNeeded, ProviderUnavailable, Error) as error:
        logger.warning("a list could not be read to its end: %s", type(error).__name__)
        turn.give_up()
    except Exception:
        logger.exception("an error while a list was read")
        turn.give_up()
    finally:
        _tidy_up()


def read(turn: Turn, services: Services) -> None:
    """Raises Stopped, and what ISC answers in the place of a page."""
    actor_id, reader = turn.store.scope.actor.id, services.reader
    policy, rejected = Policy(settings.TYPE_COMMANDS), Rejections(actor_id)
    judge = Judge(settings.FLAG_RULES, policy, actor_id, rejected)
    patience = Patience(reader.renew, PATIENCE)
    QueueReading(reader.rows, judge, turn, patience).run(turn.tab, turn.before())


def _tidy_up() -> None:
    """Nobody else closes the connections of a thread of ours."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
