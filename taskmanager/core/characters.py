"""Text from elsewhere as people see it: without the characters that show nothing, or reorder it.

Names and descriptions come from any source system. A control for the direction of text makes a
name read as another, and what has no visible character cannot be pressed. Values that are sent
back or compared keep what they have: this is for what is shown.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

NEWLINE: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
KEPT_CONTROLS: Final = "\n\t"
JOINERS: Final = "\u200c\u200d"
VIRAMA: Final = 9  # its combining class, in all scripts of India and their relatives
# Shown as nothing, whatever their category says (Default_Ignorable_Code_Point of Unicode).
FILLERS: Final = "\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0"
SELECTORS: Final = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
BLANK: Final = "\u2800"  # a Braille pattern without dots


def with_newlines(text: str) -> str:
    """Every end of a line as one line feed: browsers send two characters, old systems others."""
    return NEWLINE.sub("\n", text)


@lru_cache(maxsize=10_000)  # a page repeats its names, and so do the polls of a page
def visible(text: str) -> str:
    """The text without what is not seen; "" if it has no visible character at all."""
    if text.isascii() and text.isprintable():
        return "" if text.isspace() else text
    lines = with_newlines(text)
    seen = "".join(one for place, one in enumerate(lines) if not _is_hidden(lines, place))
    return seen if any(not (one.isspace() or one == BLANK) for one in seen) else ""


def spelt_out(text: str) -> str:
    """The text with what is not seen as its number, such as [U+202E]: for a look at what came."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(one):04X}]" if one not in "\r\n" and _is_hidden(text, place) else one
        for place, one in enumerate(text)
    )


@lru_cache(maxsize=10_000)
def isolated(name: str) -> str:
    """A name for the middle of a sentence: one from right to left leaves the rest in its order."""
    is_mirrored = any(unicodedata.bidirectional(one) in RIGHT_TO_LEFT for one in name)
    return f"\u2068{name}\u2069" if is_mirrored else name


def _is_hidden(text: str, place: int) -> bool:
    one = text[place]
    if one.isascii():
        return not (one.isprintable() or one in KEPT_CONTROLS)
    if one in JOINERS:
        return not _joins(text, place)
    if SELECTORS.match(one):
        return not _selects(text[place - 1 : place])
    return one in FILLERS or unicodedata.category(one) in {"Cc", "Cf", "Cs"}


def _joins(text: str, place: int) -> bool:
    """Whether a joiner shapes what stands around it: as RFC 5892 (A.1, A.2), and between emoji."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if not before:
        return False
    if unicodedata.combining(before) == VIRAMA:
        return True
    if not after:
        return False
    if unicodedata.combining(after) == VIRAMA:
        return True
    if unicodedata.bidirectional(after) == "AL":  # Arabic and its relatives
        return unicodedata.bidirectional(before) in {"AL", "NSM"}
    is_picture = unicodedata.category(before) in {"So", "Sk"} or before == "\ufe0f"
    return is_picture and unicodedata.category(after) == "So"


def _selects(before: str) -> bool:
    """Whether a variant of this character can be selected: of a symbol, of Han, of Mongolian."""
    if not before:
        return False
    name = unicodedata.name(before, "")
    return unicodedata.category(before) in {"So", "Sm"} or name.startswith(("CJK", "MONGOLIAN"))
