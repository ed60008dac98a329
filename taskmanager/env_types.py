"""How the words of the environment are read: lists, addresses, choices."""

from collections.abc import Container, Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from taskmanager.core.addresses import checked_address, checked_origin
from taskmanager.core.clock import KNOWN
from workitems.domain.policy import WORDS

LANGUAGES = {"en": "English", "de": "Deutsch"}


def split_commas(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _split_spaces(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


def _type_commands(value: object) -> object:
    """`Type=word,word; Type=word` as the names of the commands that each type takes."""
    if not isinstance(value, str):
        return value
    found: dict[str, frozenset[str]] = {}
    for entry in filter(None, map(str.strip, value.split(";"))):
        name, equals, listed = (part.strip() for part in entry.partition("="))
        words = {word.strip() for word in listed.split(",")}
        if not (name and equals and words <= WORDS.keys()):
            raise ValueError("does not say of each type what ends it")
        if name in found:
            raise ValueError("names a type twice")
        found[name] = frozenset().union(*(WORDS[word] for word in words))
    return found


def check_redis(url: str) -> None:
    """Raise ValueError, without the address, unless the optional package can connect to it."""
    if url.partition("://")[0] not in {"redis", "rediss", "unix"}:
        raise ValueError("is not an address that begins with redis://, rediss:// or unix://")
    try:
        from redis import ConnectionPool  # noqa: PLC0415 - an optional package
    except ImportError:
        raise ValueError("needs the Python package redis, which is not installed") from None
    try:
        ConnectionPool.from_url(url).make_connection()  # made, not yet opened
    except Exception:  # noqa: BLE001 - the parser raises many kinds, some of them with the value
        raise ValueError("is not the address of a Redis server") from None


def _one_of(choices: Container[str], complaint: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in choices:
            raise ValueError(complaint)
        return value

    return AfterValidator(check)


TypeCommands = Annotated[Mapping[str, frozenset[str]], NoDecode, BeforeValidator(_type_commands)]
Csv = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_commas)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_spaces)]
Address = Annotated[str, AfterValidator(checked_address)]
Base = Annotated[Address, AfterValidator(lambda address: address.rstrip("/"))]
# A checked origin contains no character that could inject something into a header.
Origin = Annotated[str, AfterValidator(checked_origin)]
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(split_commas)]
Noted = Annotated[str, _one_of(("approve", "reject", "complete"), "names no decision")]
Noteds = Annotated[tuple[Noted, ...], NoDecode, BeforeValidator(split_commas)]
Zone = Annotated[str, _one_of(KNOWN, "is not the name of a time zone")]
Language = Annotated[str, _one_of(LANGUAGES, "is not a language we speak")]
