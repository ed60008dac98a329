"""Text as it is searched: whatever its case, its accents and what stands between its words."""

import re
import unicodedata
from typing import Final, NamedTuple

MOST_TERMS: Final = 12
GAPS: Final = re.compile(r"[\W_]+")
# Letters that are not taken apart by Unicode's decomposition.
LETTERS: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
# Scripts whose words stand without spaces between them: there, any place may begin a word.
UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u31ff\u3400-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)


class Term(NamedTuple):
    """One word that is searched for, folded; the beginning of a word is enough.

    `is_anywhere`: it may begin within a word, because its script has no spaces.
    """

    text: str
    is_anywhere: bool

    def is_in(self, folded: str) -> bool:
        """Whether a folded text has such a word."""
        return (self.text if self.is_anywhere else f" {self.text}") in f" {folded}"


def fold(text: str) -> str:
    """Words with one space between them, in small letters without accents."""
    if not text.isascii():
        taken_apart = unicodedata.normalize("NFKD", text)
        text = "".join(one for one in taken_apart if unicodedata.category(one) != "Mn")
        return GAPS.sub(" ", text.casefold().translate(LETTERS)).strip()
    return GAPS.sub(" ", text.lower()).strip()


def terms_of(text: str) -> tuple[Term, ...]:
    """What somebody has typed, in any order; the same word twice is one."""
    words = dict.fromkeys(fold(text).split())
    return tuple(Term(word, bool(UNSPACED.search(word))) for word in list(words)[:MOST_TERMS])
