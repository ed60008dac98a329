"""Which alphabets one word mixes: a Cyrillic letter in a Latin word looks like another name.

Only alphabets whose letters look like one another count. Japanese, Korean and Chinese texts mix
theirs with Latin as a matter of course.
"""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from itertools import groupby


class Alphabet(StrEnum):
    """The word by which Unicode names the letters of an alphabet."""

    LATIN = "LATIN"
    GREEK = "GREEK"
    CYRILLIC = "CYRILLIC"
    ARMENIAN = "ARMENIAN"
    CHEROKEE = "CHEROKEE"


@lru_cache(maxsize=10_000)  # a page repeats few names
def mixed_in(name: str) -> tuple[Alphabet, ...]:
    """The alphabets of the first word that mixes several, as they appear; () for none."""
    if name.isascii():
        return ()
    for is_word, characters in groupby(name, _is_of_word):
        found = tuple(dict.fromkeys(_alphabets(characters))) if is_word else ()
        if len(found) > 1:
            return found
    return ()


def _is_of_word(character: str) -> bool:
    """Letters, digits, and the marks upon them."""
    return unicodedata.category(character)[0] in "LMN"


def _alphabets(characters: Iterator[str]) -> Iterator[Alphabet]:
    for character in characters:
        if character.isalpha():
            words = unicodedata.name(character, "").split()
            yield from (one for one in Alphabet if one in words)
