"""The part of ISC's filter language that public identities support.

`firstname sw "jo" and (alias eq "x" or id in ("1","2"))`; `\\"` and `\\\\` are escapes.
"""

import re
from collections.abc import Callable
from http import HTTPStatus

from sandbox.people import Person
from sandbox.replies import Refused

Predicate = Callable[[Person], bool]
TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([(),])|([A-Za-z][\w.]*))')
FIELDS = {
    "id": ("eq", "in"),
    "alias": ("eq", "sw"),
    "email": ("eq", "sw"),
    "firstname": ("eq", "sw"),
    "lastname": ("eq", "sw"),
}


def parse(text: str) -> Predicate:
    """Raises `Refused` (400) for filters that public identities do not support."""
    parser = _Parser(_tokens(text))
    predicate = parser.either()
    parser.end()
    return predicate


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) pairs; kind is `value`, `word` or the punctuation itself."""
    tokens, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise _refused(f"unexpected '{text[position]}' at position {position}")
        value, mark, word = match.groups()
        if value is not None:
            tokens.append(("value", re.sub(r"\\(.)", r"\1", value)))
        else:
            tokens.append((mark, mark) if mark else ("word", word))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent: `or` binds weaker than `and`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens

    def either(self) -> Predicate:
        parts = [self.both()]
        while self._accept("or"):
            parts.append(self.both())
        return lambda person: any(part(person) for part in parts)

    def both(self) -> Predicate:
        parts = [self.term()]
        while self._accept("and"):
            parts.append(self.term())
        return lambda person: all(part(person) for part in parts)

    def term(self) -> Predicate:
        if self._accept("("):
            inner = self.either()
            self._take(")")
            return inner
        field, operator = self._take("word"), self._take("word")
        if operator not in FIELDS.get(field, ()):
            raise _refused(f"'{field} {operator}' is not supported")
        return _comparison(field, operator, self._values() if operator == "in" else [self._value()])

    def end(self) -> None:
        if self.tokens:
            raise _refused(f"unexpected '{self.tokens[0][1]}'")

    def _value(self) -> str:
        return self._take("value").casefold()

    def _values(self) -> list[str]:
        self._take("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._take(")")
        return values

    def _accept(self, wanted: str) -> bool:
        if self.tokens and self.tokens[0] in ((wanted, wanted), ("word", wanted)):
            del self.tokens[0]
            return True
        return False

    def _take(self, kind: str) -> str:
        if not self.tokens or self.tokens[0][0] != kind:
            found = self.tokens[0][1] if self.tokens else "the end"
            raise _refused(f"unexpected '{found}'")
        return self.tokens.pop(0)[1]


def _comparison(field: str, operator: str, values: list[str]) -> Predicate:
    def matches(person: Person) -> bool:
        actual = str(getattr(person, field)).casefold()
        return actual.startswith(values[0]) if operator == "sw" else actual in values

    return matches


def _refused(reason: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, f"The filter cannot be read: {reason}.")
