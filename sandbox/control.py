"""The control API below /_sandbox/: reset, faults, calls, clock and tasks, for scripts."""

import re
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, request
from pydantic import TypeAdapter, ValidationError

from sandbox.behaviour import Behaviour
from sandbox.faults import fault_from_json
from sandbox.people import personas

if TYPE_CHECKING:
    from sandbox.handle import Sandbox

MOST_TASKS = 100_000


class Control:
    """Offers what `app.sandbox` offers, over HTTP and without authentication."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def register(self, app: Flask) -> None:
        for method, path, view in (
            ("POST", "reset", self.reset),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "calls", self.calls),
            ("DELETE", "calls", self.clear_calls),
            ("GET", "behaviour", self.behaviour),
            ("POST", "behaviour", self.behave),
            ("GET", "clock", self.clock),
            ("POST", "clock", self.move_clock),
            ("GET", "personas", self.personas),
            ("POST", "tasks", self.give_tasks),
        ):
            app.add_url_rule(
                f"/_sandbox/{path}", f"control {method} {path}", view, methods=[method]
            )

    def reset(self) -> Response:
        self.sandbox.reset()
        return Response(status=HTTPStatus.NO_CONTENT)

    def faults(self) -> Response:
        return jsonify(self.sandbox.gate.faults.as_json())

    def add_fault(self) -> Any:
        body = request.get_json(force=True, silent=True)
        try:
            if not isinstance(body, dict):
                raise ValueError("Send a JSON object.")  # noqa: TRY301, TRY004
            self.sandbox.gate.faults.add(fault_from_json(body))
        except (ValueError, TypeError, re.error) as error:
            return jsonify({"error": str(error)}), HTTPStatus.BAD_REQUEST
        return self.faults(), HTTPStatus.CREATED

    def clear_faults(self) -> Response:
        self.sandbox.gate.faults.clear()
        return Response(status=HTTPStatus.NO_CONTENT)

    def calls(self) -> Response:
        return jsonify([asdict(call) for call in self.sandbox.calls])

    def clear_calls(self) -> Response:
        self.sandbox.calls.clear()
        return Response(status=HTTPStatus.NO_CONTENT)

    def behaviour(self) -> Response:
        return jsonify(asdict(self.sandbox.behaviour))

    def behave(self) -> Any:
        """`{"largest_offset": 10000}` and the other fields of `Behaviour`, as far as sent."""
        body = request.get_json(force=True, silent=True)
        try:
            chosen = TypeAdapter(Behaviour).validate_python(
                asdict(self.sandbox.behaviour) | (body if isinstance(body, dict) else {})
            )
        except ValidationError as error:
            return jsonify({"error": str(error)}), HTTPStatus.BAD_REQUEST
        vars(self.sandbox.behaviour).update(vars(chosen))
        return self.behaviour()

    def clock(self) -> Response:
        clock = self.sandbox.clock
        return jsonify({"now": clock.now(), "offset": clock.offset})

    def move_clock(self) -> Any:
        """`{"advance": seconds}` moves the clock forward; `{"offset": seconds}` sets its offset."""
        body = request.get_json(force=True, silent=True)
        advance, offset = (body or {}).get("advance"), (body or {}).get("offset")
        if not isinstance(advance, int | float) and not isinstance(offset, int | float):
            return jsonify({"error": "Send advance or offset, in seconds."}), 400
        if isinstance(offset, int | float):
            self.sandbox.clock.offset = float(offset)
        if isinstance(advance, int | float):
            self.sandbox.clock.advance(advance)
        return self.clock()

    def give_tasks(self) -> Any:
        """`{"persona": "empty", "count": 10431}`: so many pending tasks in place of theirs."""
        body = request.get_json(force=True, silent=True)
        chosen = body if isinstance(body, dict) else {}
        key, count = chosen.get("persona"), chosen.get("count")
        if key not in personas() or not isinstance(count, int) or not 0 <= count <= MOST_TASKS:
            told = f"Send a persona, and a count from 0 to {MOST_TASKS}."
            return jsonify({"error": told}), HTTPStatus.BAD_REQUEST
        self.sandbox.give_tasks(key, count)
        return Response(status=HTTPStatus.NO_CONTENT)

    def personas(self) -> Response:
        return jsonify([self.sandbox.persona(key).as_json() for key in personas()])
