"""A company's accent colour, moved as far as it takes to be read on our surfaces (WCAG 2.2, AA)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

Colour = tuple[int, int, int]  # red, green and blue, from 0 to 255

READABLE: Final = 4.5
STEPS: Final = 50
WHITE: Final = (255, 255, 255)
INK: Final = (11, 16, 32)  # text on a light accent


@dataclass(frozen=True)
class Palette:
    """The colours of static/css/tokens.css that an accent meets, in one theme."""

    surfaces: Sequence[str]
    texts: Sequence[str]  # that may stand on the soft accent
    far: Colour  # the direction in which contrast grows


LIGHT: Final = Palette(
    surfaces=("f5f6f9", "ffffff"),
    texts=("1a2130", "566073", "17693f", "7d5000", "b3261e"),
    far=(0, 0, 0),
)
DARK: Final = Palette(
    surfaces=("0f1217", "171b22", "1e232c"),
    texts=("e7eaf0", "a4adbc", "74d39c", "f0c266", "ff9a92"),
    far=WHITE,
)
NAMES: Final = ("--accent", "--accent-strong", "--on-accent", "--accent-soft")


def stylesheet(accent: str) -> str:
    """The custom properties of an accent of three or six hexadecimal digits, for both themes."""
    chosen = parsed(accent)
    pairs = zip(NAMES, variants(chosen, LIGHT), variants(chosen, DARK), strict=True)
    values = (f"{name}:light-dark({written(light)},{written(dark)})" for name, light, dark in pairs)
    return f":root{{{';'.join(values)}}}\n"


def variants(chosen: Colour, palette: Palette) -> tuple[Colour, Colour, Colour, Colour]:
    """Accent, accent when hovered, text on both, and the soft accent behind text."""
    surfaces = [parsed(surface) for surface in palette.surfaces]
    texts = [parsed(text) for text in palette.texts]
    tints = (mixed(surfaces[-1], chosen, step / 100) for step in range(12, -1, -1))
    soft = first_readable(tints, texts)
    towards_far = (mixed(chosen, palette.far, step / STEPS) for step in range(STEPS + 1))
    accent = first_readable(towards_far, [*surfaces, soft])
    strong = mixed(accent, palette.far, 0.18)
    on_accent = max(
        (WHITE, INK), key=lambda text: min(contrast(text, accent), contrast(text, strong))
    )
    return accent, strong, on_accent, soft


def first_readable(colours: Iterable[Colour], others: Sequence[Colour]) -> Colour:
    """The first that can be read on, or below, each of the others; the last where none can."""
    for colour in colours:
        if all(contrast(colour, other) >= READABLE for other in others):
            break
    return colour


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21, as WCAG defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with `share` (0 to 1) of `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def parsed(digits: str) -> Colour:
    """`f80` or `ff8800`; ValueError for anything else."""
    if len(digits) == 3:  # noqa: PLR2004
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def written(colour: Colour) -> str:
    return "#" + bytes(colour).hex()
