"""Injected faults: the next calls to a path fail in a chosen way."""

import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass


@dataclass
class Fault:
    """One way to fail. `path` is a regular expression, searched in the request's path.

    `latency` is in seconds; `times` counts down to 0; `after` lets the call have its effect
    before the reply is replaced, as when a gateway times out although the service succeeded.
    `body` is sent as JSON with status 200 in the place of the tenant's own answer.
    """

    method: str = "*"
    path: str = ""
    status: Annotated[int | None, Field(ge=100, le=599)] = None
    retry_after: int | None = None
    latency: Annotated[float, Field(ge=0, le=60)] = 0.0
    drop: bool = False
    html: bool = False
    truncate: bool = False
    empty: bool = False
    body: str | None = None
    after: bool = False
    times: Annotated[int, Field(ge=1)] = 1

    def matches(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and re.search(self.path, path) is not None


class FaultBook:
    """The faults that have not been used up yet, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        re.compile(fault.path)  # report a bad pattern now, not at the next call
        with self._lock:
            self._faults.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """The first fault that matches this call; reduces its remaining count by one."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, path):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]


def fault_from_json(body: Mapping[str, Any]) -> Fault:
    """Raises ValueError, with a sentence, when the body does not describe a fault."""
    known = {field.name for field in fields(Fault)}
    unknown = sorted(set(body) - known)
    if unknown:
        raise ValueError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")
    return Fault(**body)
