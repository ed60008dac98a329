"""JSON as it comes, and readers that never raise: the unreadable becomes "", None or ()."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated

import pydantic

FIRST_YEAR, LAST_YEAR = 1970, 9000  # ISC writes "no date" as year 1; the far ends overflow zones
SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(body: bytes) -> object:
    """JSON that is safe to print: no lone surrogates, no NaN. Raises ValueError."""
    try:
        document: object = json.loads(
            body.decode("utf-8-sig", "replace"), parse_constant=lambda _: None
        )
        if SURROGATE_ESCAPE.search(body):
            printable = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
            document = json.loads(printable)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error
    except ValueError as error:
        # The decoder's own error carries the whole document; its words are enough.
        raise ValueError(f"not JSON: {type(error).__name__}") from None
    return document


def text(value: object) -> str:
    """A scalar as text, a list of scalars joined by commas, anything else as ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        scalars = (text(element) for element in value if not isinstance(element, list))
        return ", ".join(filter(None, scalars))
    return ""


def whole_number(value: object) -> int | None:
    """19, 19.0 and "19" as 19; anything else as None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def truth(value: object) -> bool:
    """True, 1 and "true" in any case."""
    return text(value).strip().lower() in {"true", "1", "yes"}


def objects(value: object) -> list[object]:
    """The objects of a list; null, a scalar and elements of another kind are dropped."""
    if not isinstance(value, list | tuple):
        return []
    return [element for element in value if isinstance(element, dict | pydantic.BaseModel)]


def texts(value: object) -> tuple[str, ...]:
    """The readable texts of a list."""
    return tuple(filter(None, map(text, value))) if isinstance(value, list | tuple) else ()


def moment(value: object, read: pydantic.ValidatorFunctionWrapHandler) -> datetime | None:
    """An aware datetime in UTC (a naive one is taken as UTC), or None."""
    if not isinstance(value, str | datetime):
        return None
    try:
        parsed: datetime = read(value)
    except pydantic.ValidationError:
        return None
    if not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def object_or_none(value: object) -> object:
    """Anything but an object as None."""
    return value if isinstance(value, dict | pydantic.BaseModel) else None


def is_usable_id(identifier: str) -> bool:
    """Whether an id can be one segment of an address, ISC's and ours."""
    is_segment = identifier.strip() not in {"", ".", ".."} and "/" not in identifier
    return is_segment and identifier.isprintable()


Text = Annotated[str, pydantic.PlainValidator(text)]
Texts = Annotated[tuple[str, ...], pydantic.PlainValidator(texts)]
Number = Annotated[int | None, pydantic.PlainValidator(whole_number)]
Truth = Annotated[bool, pydantic.PlainValidator(truth)]
Moment = Annotated[datetime | None, pydantic.WrapValidator(moment)]
