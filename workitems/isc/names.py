"""What somebody means who types a name: the ways in which a directory may hold it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

SEARCHED: Final = ("firstname", "lastname", "alias", "email")  # all that ISC filters people by
COMMAS: Final = re.compile("[,،、，]")  # noqa: RUF001  "Smith, John", in any script
APOSTROPHES: Final = re.compile("['‘’ʼ`´]")  # noqa: RUF001  as keyboards and editors write it
WRITTEN_APOSTROPHES: Final = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")  # as directories do
# Scripts in which a character is a name, and first and last name stand without a space between.
DENSE: Final = re.compile("(HALFWIDTH )?(CJK|IDEOGRAPHIC|HIRAGANA|KATAKANA|HANGUL|BOPOMOFO)")


def is_enough(text: str) -> bool:
    """Whether a text is worth a search: two characters, or one that may be a whole name."""
    name = plain_name(text)
    return len(name) > 1 or _is_dense(name)


def is_divided(text: str) -> bool:
    """Whether `ways_to_read` also takes it as a first name and a last name."""
    return any(len(way) > 1 for way in ways_to_read(text))


def plain_name(text: str) -> str:
    """In composed characters, with neither commas nor more than one space at a place."""
    return " ".join(COMMAS.sub(" ", unicodedata.normalize("NFC", text)).split())


def ways_to_read(text: str) -> Iterator[Mapping[str, str]]:
    """Field -> how its value begins; the likeliest first.

    The whole of it in each field, because a first or last name may have several words. Then
    divided at each space, in both orders; a text without spaces of a script that needs none at
    each character, where the last name comes first.
    """
    names = _spellings(plain_name(text))
    for name in names:
        yield from ({field: name} for field in SEARCHED)
    for first, last in chain.from_iterable(map(_divided, names)):
        yield {"firstname": first, "lastname": last}


def _divided(name: str) -> Iterator[tuple[str, str]]:
    """Pairs of a first name and a last name."""
    words = name.split()
    if len(words) == 1:
        if _is_dense(name):
            yield from ((name[at:], name[:at]) for at in range(1, len(name)))
        return
    halves = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    first, *between, last = words
    if between:  # the directory may not have it: an initial, a title
        halves.append((first, last))
    yield from chain.from_iterable((half, half[::-1]) for half in halves)


def _spellings(name: str) -> list[str]:
    """With each of the apostrophes, where it has one; none of no name."""
    return [*dict.fromkeys(APOSTROPHES.sub(mark, name) for mark in WRITTEN_APOSTROPHES if name)]


def _is_dense(name: str) -> bool:
    return bool(name) and all(DENSE.match(unicodedata.name(character, "")) for character in name)
