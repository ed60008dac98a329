"""The Work Items API and public identities, under every URL scheme that ISC serves."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request

from sandbox import identities, replies, transitions
from sandbox.behaviour import Behaviour
from sandbox.entries import Entry, Json
from sandbox.gate import CALLER
from sandbox.limits import RateLimit
from sandbox.paging import page_of_request
from sandbox.people import people_by_id
from sandbox.replies import Refused
from sandbox.state import World
from sandbox.tokens import Caller

YEARLY = ("v3", "v2024", "v2025", "v2026")
FULL_SCOPE = "sp:scopes:all"
Transition = Callable[[Entry], Entry]


class WorkItemsApi:
    """One method per operation; `register` adds the URL rules."""

    def __init__(self, world: World, limit: RateLimit, behaviour: Behaviour) -> None:
        self.world = world
        self.limit = limit
        self.behaviour = behaviour

    def register(self, app: Flask) -> None:
        for year in YEARLY:
            self._register(app, year, f"/{year}/work-items", f"/{year}/public-identities")
        self._register(app, "v1", "/work-items/v1", "/public-identities/v1")
        app.register_error_handler(Refused, replies.refusal)

    def _register(self, app: Flask, version: str, work_items: str, people: str) -> None:
        blueprint = Blueprint(f"isc-{version}", __name__)
        blueprint.before_request(lambda: self._admit(version))
        blueprint.add_url_rule(people, view_func=identities.list_public_identities)
        for method, path, view in (
            ("GET", "", self.list_pending),
            ("GET", "/completed", self.list_completed),
            ("GET", "/count", self.count_pending),
            ("GET", "/completed/count", self.count_completed),
            ("GET", "/summary", self.summary),
            ("GET", "/<key>", self.get),
            ("POST", "/<key>", self.complete),
            ("POST", "/<key>/forward", self.forward),
            ("POST", "/<key>/approve/<item_id>", self.approve),
            ("POST", "/<key>/reject/<item_id>", self.reject),
            ("POST", "/bulk-approve/<key>", self.approve_all),
            ("POST", "/bulk-reject/<key>", self.reject_all),
            ("POST", "/<key>/submit-account-selection", self.submit_account_selection),
        ):
            blueprint.add_url_rule(work_items + path, methods=[method], view_func=view)
        app.register_blueprint(blueprint)

    def _admit(self, version: str) -> Any:
        """Return a 401, 429 or 403 response; None lets the operation run."""
        caller = request.environ[CALLER]
        if not isinstance(caller, Caller):
            return replies.unauthorized(caller)
        wait = self.limit.seconds_to_wait(caller.client_id, version)
        if wait is not None:
            return replies.too_many(wait)
        # sp:scopes:default covers public identities and nothing else.
        if FULL_SCOPE not in caller.scopes and "public-identities" not in request.path:
            raise Refused(HTTPStatus.FORBIDDEN)
        g.caller = caller
        return None

    def list_pending(self) -> Any:
        return self._list(done=False)

    def list_completed(self) -> Any:
        return self._list(done=True)

    def count_pending(self) -> Response:
        return jsonify({"count": self._total(done=False)})

    def count_completed(self) -> Response:
        return jsonify({"count": self._total(done=True)})

    def summary(self) -> Response:
        pending, completed = self._total(done=False), self._total(done=True)
        return jsonify({"open": pending, "completed": completed, "total": pending + completed})

    def get(self, key: str) -> Response:
        return jsonify(self._own(key).body)

    def complete(self, key: str) -> Response:
        if request.get_data().strip():
            _json_body()  # the content is ignored, but it must be JSON
        return self._change(key, lambda entry: transitions.complete(entry, self._now()))

    def forward(self, key: str) -> Response:
        body = _json_object()
        target_id, comment = body.get("targetOwnerId"), body.get("comment")
        if not isinstance(target_id, str) or not target_id.strip():
            raise Refused(HTTPStatus.BAD_REQUEST, "'targetOwnerId' is required.")
        if not isinstance(comment, str) or not comment.strip():
            raise Refused(HTTPStatus.BAD_REQUEST, "'comment' is required and must not be blank.")
        if not isinstance(body.get("sendNotifications", True), bool):
            raise Refused(HTTPStatus.BAD_REQUEST, "'sendNotifications' must be true or false.")
        target = people_by_id().get(target_id)
        if target is None:
            raise Refused(HTTPStatus.BAD_REQUEST, f"There is no identity '{target_id}'.")
        if not target.is_active:
            raise Refused(HTTPStatus.BAD_REQUEST, f"The identity '{target.name}' is not active.")
        self._change(key, lambda entry: transitions.forward(entry, target, self._now()))
        return Response(status=HTTPStatus.OK)

    def approve(self, key: str, item_id: str) -> Response:
        return self._decide(key, item_id, transitions.APPROVED)

    def reject(self, key: str, item_id: str) -> Response:
        return self._decide(key, item_id, transitions.REJECTED)

    def approve_all(self, key: str) -> Response:
        return self._decide(key, None, transitions.APPROVED)

    def reject_all(self, key: str) -> Response:
        return self._decide(key, None, transitions.REJECTED)

    def submit_account_selection(self, key: str) -> Response:
        answers = _json_object()
        return self._change(key, lambda entry: transitions.submit_form(entry, answers, self._now()))

    def _decide(self, key: str, item_id: str | None, verdict: str) -> Response:
        def change(entry: Entry) -> Entry:
            if item_id is None:
                return transitions.decide_all(entry, verdict, self._now())
            return transitions.decide_one(entry, item_id, verdict, self._now())

        return self._change(key, change)

    def _change(self, key: str, change: Transition) -> Response:
        """Read, change and store under one lock: of two decisions at once only one succeeds."""
        with self.world.lock:
            entry = self._own(key)
            if not isinstance(entry.body, dict):
                raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR)
            changed = change(entry)
            self.world.put(changed)
        return jsonify(changed.body)

    def _own(self, key: str) -> Entry:
        """404 for an unknown id, 403 for another person's item without ORG_ADMIN."""
        entry = self.world.get(key)
        if entry is None:
            raise Refused(HTTPStatus.NOT_FOUND)
        if entry.owner != g.caller.identity_id and not g.caller.is_admin:
            raise Refused(HTTPStatus.FORBIDDEN)
        return entry

    def _list(self, *, done: bool) -> Any:
        page = page_of_request(self.behaviour.largest_offset)
        keys = self.world.queue(self._owner(), done=done)
        if self.behaviour.refuses_past_end and page.offset >= len(keys) > 0:
            return replies.invalid_offset()
        entries = self.world.page(keys, page.offset, page.limit)
        return page.reply([entry.body for entry in entries], len(keys))

    def _total(self, *, done: bool) -> int:
        return len(self.world.queue(self._owner(), done=done))

    def _now(self) -> float:
        return self.world.clock.now()

    def _owner(self) -> str | None:
        """The owner of the requested queue. None means all: an admin who named no owner."""
        caller: Caller = g.caller
        owner = request.args.get("ownerId")
        if not owner:
            sees_all = caller.is_admin and self.behaviour.lists_whole_tenant
            return None if sees_all else caller.identity_id
        if owner != caller.identity_id and not caller.is_admin:
            raise Refused(HTTPStatus.FORBIDDEN)
        return owner


def _json_body() -> Json:
    body = request.get_json(force=True, silent=True)
    if body is None and request.get_data().strip() != b"null":
        raise Refused(HTTPStatus.BAD_REQUEST, "The request body is not valid JSON.")
    return body


def _json_object() -> dict[str, Json]:
    body = _json_body()
    if not isinstance(body, dict):
        raise Refused(HTTPStatus.BAD_REQUEST, "The request body must be a JSON object.")
    return body
