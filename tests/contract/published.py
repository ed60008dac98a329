"""Validates the sandbox's replies against the published OpenAPI file."""

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from werkzeug.test import TestResponse

Json = Any
# Error statuses of every operation, although the published file does not list all of them.
UNLISTED = {
    401: {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}},
    429: {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
}
ANY_REFUSAL = {"$ref": "#/components/schemas/ErrorResponseDto"}


class Published:
    """Finds the operation of a call and validates its response."""

    def __init__(self, path: Path) -> None:
        self.document: Json = _as_json_schema(json.loads(path.read_text(encoding="utf-8")))
        # Paths with fewer parameters come first: /work-items/count is not /work-items/{id}.
        self._paths = sorted(self.document["paths"], key=lambda template: template.count("{"))

    def operation(self, method: str, path: str) -> dict[str, Json]:
        for template in self._paths:
            pattern = re.sub(r"\{\w+\}", "[^/]+", template)
            found = self.document["paths"][template].get(method.lower())
            if found and re.fullmatch(pattern, path):
                operation: dict[str, Json] = found
                return operation
        raise AssertionError(f"{method} {path} is not published")

    def problems(self, method: str, path: str, response: TestResponse) -> list[str]:
        """One line per violation; `path` omits the API version."""
        schema = self._schema(self.operation(method, path), response.status_code)
        if schema is None:
            return ["a body where none is published"] if response.data else []
        whole = {**schema, "components": self.document["components"]}
        validator = validator_for(whole, default=Draft202012Validator)(
            whole, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        errors = validator.iter_errors(response.get_json(force=True))
        return [f"{error.json_path}: {error.message}" for error in errors]

    def _schema(self, operation: dict[str, Json], status: int) -> Json:
        if status in UNLISTED:
            return UNLISTED[status]
        reply = operation["responses"].get(str(status))
        if reply is None:
            return ANY_REFUSAL
        if "$ref" in reply:
            reply = self.document["components"]["responses"][reply["$ref"].rsplit("/", 1)[1]]
        content = reply.get("content")
        return content["application/json"]["schema"] if content else None


def _as_json_schema(node: Json) -> Json:
    """Translate OpenAPI 3.0's `nullable` and `date-time` to JSON Schema."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    translated = {name: _as_json_schema(item) for name, item in node.items()}
    nullable = translated.pop("nullable", False) is True
    parts = translated.get("allOf")
    if isinstance(parts, list) and {} in parts:  # allOf [X, {nullable: true}]
        nullable = True
    if translated.get("format") == "date-time":
        translated["pattern"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
    return {"anyOf": [translated, {"type": "null"}]} if nullable and translated else translated
