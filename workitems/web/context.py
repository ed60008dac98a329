"""What every view of ours begins with: whose queue, which addresses, what the page showed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from secrets import token_urlsafe
from typing import Any, Final, Self

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from taskmanager.embed.params import WidgetParams
from taskmanager.signin.request import SignedInRequest, person_of, session_row
from taskmanager.signin.token_store import TokenStore
from workitems import indexing, ledger, pins, saved_views
from workitems.domain.attempts import Press
from workitems.domain.commands import SubmitForm
from workitems.domain.policy import Policy
from workitems.domain.results import Counts
from workitems.isc.budget import Purpose
from workitems.isc.errors import UnusableId
from workitems.isc.lenient import LONGEST_ID
from workitems.isc.schemas import WorkItem, WorkItemForm
from workitems.ledger import DatabaseLedger
from workitems.looks import has_looked, record_look
from workitems.outstanding import Outstanding
from workitems.personal import Personal
from workitems.queue_states import told_by_scan
from workitems.recent_reads import RecentReads
from workitems.saved_views import View
from workitems.schedule import Later
from workitems.scope import QueueScope
from workitems.services.finder import Finder
from workitems.services.reader import Reader
from workitems.snapshot_store import SnapshotStore
from workitems.view_models.history import HistoryLine, history_of
from workitems.view_models.later import LaterPage
from workitems.view_models.panel import PlaceInList, TaskPanel
from workitems.view_models.render_context import RenderContext
from workitems.web import looks
from workitems.web.forms import ActionForm
from workitems.web.links import Links
from workitems.web.marks import Marked, Marks
from workitems.web.polling import first_poll
from workitems.web.selection_form import AccountSelectionForm
from workitems.wiring import Services, services_for, with_owner_name

KEY_BYTES: Final = 12
require_action = require_http_methods(["GET", "HEAD", "POST"])  # a write: shown first, then sent


@dataclass(frozen=True)
class ActionContext:
    """One request in one queue.

    `is_undecided`: ISC has refused to complete the item, because its approval items wait. `later`
    is the decision that the address names in the place of a work item.
    """

    request: SignedInRequest
    scope: QueueScope
    links: Links
    is_undecided: bool = False
    later: Later | None = None

    @classmethod
    def of(cls, request: SignedInRequest) -> Self:
        """Raises PermissionDenied for a queue that the person may not see.

        A look at somebody else's queue is recorded before anything of it is read: ReasonNeeded
        where the person has not said why yet, NotRecorded where it cannot be written down.
        UnusableId where the address names what can be no id: the ledger could not hold it.
        """
        context = cls.unrecorded(request)
        context.check_ids()
        if context.scope.is_other:
            context._record_look()
        return context

    @classmethod
    def unrecorded(cls, request: SignedInRequest) -> Self:
        """The same for an answer that shows nothing of the queue: trouble, or a question."""
        scope = QueueScope.requested(person_of(request), request.GET.get("owner", ""))
        context = cls(request, scope, Links.of(request, scope))
        return replace(context, is_undecided="undecided" in context.sent)

    @property
    def sent(self) -> QueryDict:
        """What the page sent, the hidden fields about itself among it."""
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def form(self) -> ActionForm:
        """The hidden fields, checked; made when first asked for, because a list needs none."""
        return ActionForm(self.sent)

    @cached_property
    def services(self) -> Services:
        """Reader and executor; made when first asked for. Raises SignInNeeded."""
        return services_for(TokenStore.of(self.request.session), self.scope, self._purpose)

    @cached_property
    def finder(self) -> Finder:
        """Finds in the whole of a list; made when first asked for. Raises SignInNeeded."""
        row = session_row(self.request.session)
        recent = RecentReads(self.scope, settings.COUNTS_SECONDS)
        begin = partial(indexing.begin, self.scope, row)
        store, rules = SnapshotStore(self.scope, row), settings.FLAG_RULES
        return Finder(store, self.services.reader, recent, begin, rules)

    @property
    def ledger(self) -> DatabaseLedger:
        """For what this person records from this session in this queue."""
        return DatabaseLedger(self.scope, session_row(self.request.session))

    @property
    def _purpose(self) -> Purpose:
        """What this request reads for: its part of the budget follows from that."""
        if self.request.method == "POST":
            return Purpose.DECISION
        match = self.request.resolver_match
        asks_by_itself = getattr(match and match.func, "is_background_request", False)
        return Purpose.BACKGROUND if asks_by_itself else Purpose.VIEW

    @property
    def item_id(self) -> str:
        """The work item that the address names; "" where it names none."""
        if self.later:
            return self.later.row.item_id
        match = self.request.resolver_match
        return str(match.kwargs.get("item_id", "")) if match else ""

    @property
    def press(self) -> Press:
        """What the ledger knows this press by: two with the page's same key are one."""
        value = self.form.value
        return Press(
            key=value("key") or token_urlsafe(KEY_BYTES),
            surface=self.came_from,
            note=value("note") or "",
            shown=self._marked.before,
            waits=value("waits") or 1,
            fingerprint=value("fingerprint") or "",
        )

    @property
    def task(self) -> str:
        """The sentence of what was decided, as the page showed it; "" where that is not known."""
        return str(self.later.content.get("task", "")) if self.later else self.press.task

    @cached_property
    def outstanding(self) -> Outstanding:
        """What is to be sent, or to be told. Ask for it after the request has changed it."""
        return Outstanding.of(self.scope.owner.id, self.scope.actor.id)

    @cached_property
    def personal(self) -> Personal:
        """What this person has chosen and keeps here, as it was when first asked for."""
        return Personal.of(self.scope)

    @cached_property
    def views(self) -> tuple[View, ...]:
        """What this person has saved; for a change of it, as it is at that moment."""
        if self.request.method != "POST" and not self.personal.has_views:
            return ()
        return saved_views.of_person(self.scope.actor.id)

    @cached_property
    def later_page(self) -> LaterPage:
        return LaterPage.of(self.outstanding, timezone.now())

    @property
    def has_keys(self) -> bool:
        """Whether letters are keys. In a frame one may be meant for the page around it."""
        may_have_keys = not self.request.embedded or WidgetParams.of(self.request).keys == "1"
        return may_have_keys and self.personal.chosen.has_keys

    def counted(self, counts: Counts) -> Counts:
        """The numbers, with what is to be sent as done."""
        return self.outstanding.counted(counts)

    def refreshed(self, known: Counts, ask: Callable[[Reader], Counts]) -> tuple[Counts, bool]:
        """What a page is told that shows `known`, and whether it has cost no call of `ask`."""
        scanned = told_by_scan(self.scope.owner.id, known)
        return self.counted(scanned or ask(self.services.reader)), scanned is not None

    @property
    def policy(self) -> Policy:
        """What the installation's settings let people do, in the present state of the page."""
        return Policy(settings.TYPE_COMMANDS, self.is_undecided)

    @property
    def rendering(self) -> RenderContext:
        """What the words of this answer depend on."""
        kept = None if self.request.method == "POST" else self.personal.has_rejected
        return RenderContext.at(timezone.now(), self.policy, self.scope.actor.id, has_rejected=kept)

    @property
    def is_shown_unflagged(self) -> bool:
        """Whether the pressed button stood on the item as it was shown to this very person."""
        return self._marked.is_plain

    @property
    def _marked(self) -> Marked:
        mark, shown = (self.form.value(name) or "" for name in ("mark", "shown"))
        return Marked(mark, shown, self.item_id, self.scope.actor.id)

    @property
    def surface(self) -> str:
        """Where the answer will be shown: "list", beside or in it, or "page"."""
        return "page" if self.sent.get("surface") == "page" else "list"

    def shows_panel_of(self, item_id: str) -> bool:
        """Whether the page has the item open, alone or beside the list."""
        return self.surface == "page" or bool(self.form.value("pane") == item_id)

    def may_send(self, *, is_risky: bool) -> bool:
        """A GET never decides; what is risky needs the confirmation's own button."""
        is_write = self.request.method == "POST"
        return is_write and (not is_risky or self.form.is_confirmed)

    @property
    def came_from(self) -> str:
        """The place of ours that the request came from."""
        return "widget" if self.request.embedded else "page"

    def check_ids(self) -> None:
        """Raises UnusableId."""
        match = self.request.resolver_match
        named = (*(match.kwargs.values() if match else ()), self.scope.owner.id)
        if any(len(str(identifier)) > LONGEST_ID for identifier in named):
            raise UnusableId("The id is too long.")

    def _record_look(self) -> None:
        reason, row = looks.reason_in(self.request.session), session_row(self.request.session)
        if not has_looked(self.scope, row):
            # The name costs no call more: the page asks for it as well, and it is kept.
            record_look(self.named().scope, row, reason=reason, surface=self.came_from)

    def named(self) -> Self:
        """The same with the owner's name: at most one call, and none in one's own queue."""
        return self._named

    @cached_property
    def _named(self) -> Self:
        if not self.scope.is_other:
            return self
        named = replace(self, scope=with_owner_name(self.scope, self.services.reader))
        # Made already: not once more by the new object.
        named.__dict__["services"] = self.services
        for name in {"outstanding", "personal", "views"} & self.__dict__.keys():
            named.__dict__[name] = self.__dict__[name]
        return named

    def template(self, **more: Any) -> dict[str, Any]:
        """What every template of ours needs, and what this one needs besides."""
        return {
            "scope": self.scope,
            "links": self.links,
            "surface": self.surface,
            "page_key": token_urlsafe(KEY_BYTES),
            "is_undecided": self.is_undecided,
            "next_poll": first_poll,
            "later": lambda: self.later_page,
            "has_keys": lambda: self.has_keys,
            "is_pinned": lambda: pins.is_pinned(self.scope.actor.id, self.scope.owner.id),
            "marks": Marks.now(self.scope.actor.id),
            **more,
        }

    def panel(self, item: WorkItem, *, notice: str = "", tone: str = "") -> dict[str, Any]:
        """The item's panel, with the empty form of one that still waits for its answer."""
        panel = TaskPanel.of(item, self.rendering, notice=notice, notice_tone=tone)
        form = item.form if panel.row.has_form else None
        return {
            "panel": panel,
            "selection": self._selection(form) if form else None,
            "history": partial(self.history, item.id),
            "place": partial(self.place, item.id),
        }

    def _selection(self, form: WorkItemForm) -> AccountSelectionForm:
        """Empty, or with the answers that could not be sent."""
        command = self.later.command if self.later else None
        if isinstance(command, SubmitForm):
            return AccountSelectionForm.filled(form, command.values, command.secrets)
        return AccountSelectionForm(form)

    def place(self, item_id: str) -> PlaceInList | None:
        """Where the task stands in the list, for a page that has no list itself."""
        neighbours = self.finder.neighbours(item_id)
        return PlaceInList.of(neighbours, self.rendering) if neighbours else None

    def history(self, item_id: str) -> tuple[HistoryLine, ...]:
        """What was done here with an item that ISC has just shown to this person."""
        actor = self.scope.actor
        entries = ledger.history(item_id)
        return history_of(entries, reader_id=actor.id, reads_all=actor.is_auditor)
