"""JSON as it comes, and readers that never raise: the unreadable becomes "", None or ()."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple

import pydantic

from taskmanager.core.characters import visible

FIRST_YEAR, LAST_YEAR = 1970, 9000  # ISC writes "no date" as year 1; the far ends overflow zones
LARGEST = 10**15  # Python prints no number of more than 4,300 digits, and adding makes one longer
# Objects and lists within one another. Python can parse more than it can copy, compare or print.
JSON_DEPTH = 100
LONGEST_ID = 255  # characters; ISC's have 32, or 36
SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")

Container = dict[str, object] | list[object]
# By their very type, as the parser makes them: each value of each list is asked.
CONTAINERS: Final = frozenset({dict, list})


class Document(NamedTuple):
    """JSON that was parsed; `depth`: so many objects and lists it has within one another."""

    content: object
    depth: int


NOTHING: Final = Document(None, 0)


def parse_json(body: bytes) -> Document:
    """JSON that is safe to print: no lone surrogates, no NaN, nothing below JSON_DEPTH.

    Raises ValueError.
    """
    try:
        content: object = json.loads(
            body.decode("utf-8-sig", "replace"), parse_constant=lambda _: None
        )
        if SURROGATE_ESCAPE.search(body):
            printable = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
            content = json.loads(printable)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error
    except ValueError as error:
        # The decoder's own error carries the whole document; its words are enough.
        raise ValueError(f"not JSON: {type(error).__name__}") from None
    depth = 0
    for level in levels(content):
        depth += 1
        if depth > JSON_DEPTH:
            for container in level:
                container.clear()
            break
    return Document(content, depth)


def levels(content: object) -> Iterator[list[Container]]:
    """The objects and lists within one another, level by level; found without recursion."""
    level: list[Any] = [content] if type(content) in CONTAINERS else []
    while level:
        yield level
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for ones in inner for one in ones if type(one) in CONTAINERS]


def text(value: object) -> str:
    """A scalar as text, a list of scalars joined by commas, anything else as "".

    As it came, for what is sent back or compared; `shown` is for people.
    """
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


def shown(value: object) -> str:
    """The value as text for people; "" where nothing of it can be seen."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):  # each for itself: of two blanks a comma would be left
        return ", ".join(filter(None, map(shown, value)))
    return visible(text(value))


def whole_number(value: object) -> int | None:
    """19, 19.0 and "19" as 19; anything else, and what counts nothing real, as None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) <= LARGEST else None


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
    return tuple(filter(None, map(shown, value))) if isinstance(value, list | tuple) else ()


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


@lru_cache(maxsize=10_000)  # each row is asked twice, and its items
def is_usable_id(identifier: str) -> bool:
    """Whether an id can be one segment of an address, ISC's and ours."""
    is_segment = identifier.strip() not in {"", ".", ".."} and "/" not in identifier
    is_plain = identifier.isprintable() and visible(identifier) == identifier
    return is_segment and is_plain and len(identifier) <= LONGEST_ID


Text = Annotated[str, pydantic.PlainValidator(shown)]
Verbatim = Annotated[str, pydantic.PlainValidator(text)]
Texts = Annotated[tuple[str, ...], pydantic.PlainValidator(texts)]
Number = Annotated[int | None, pydantic.PlainValidator(whole_number)]
Truth = Annotated[bool, pydantic.PlainValidator(truth)]
Moment = Annotated[datetime | None, pydantic.WrapValidator(moment)]
