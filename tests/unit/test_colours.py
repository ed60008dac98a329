"""Every accent colour gives readable text, in the colour and on it."""

import re

import pytest

from taskmanager.env import BASE_DIR
from workitems.web.widget.colours import (
    DARK,
    LIGHT,
    READABLE,
    Palette,
    contrast,
    parsed,
    stylesheet,
    variants,
)

NASTY = ("000000", "ffffff", "ffff00", "00ff00", "0000ff", "ff00ff", "808080", "777", "fefefe")
NASTY += ("010101", "ff8800", "7f7f7f", "00ffff", "2f54c9", "c0ffee", "bada55")


@pytest.mark.parametrize("accent", NASTY)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_an_accent_is_readable_as_text_and_text_on_it_is_too(accent: str, palette: Palette) -> None:
    colour, strong, on_accent, soft = variants(parsed(accent), palette)

    for surface in (*map(parsed, palette.surfaces), soft):
        assert contrast(colour, surface) >= READABLE
        assert contrast(strong, surface) >= READABLE
    assert contrast(on_accent, colour) >= READABLE
    assert contrast(on_accent, strong) >= READABLE
    for text in map(parsed, palette.texts):
        assert contrast(text, soft) >= READABLE


def test_a_colour_that_is_readable_already_stays_as_it_is() -> None:
    assert variants(parsed("2f54c9"), LIGHT)[0] == parsed("2f54c9")


def test_contrast_is_what_wcag_defines() -> None:
    assert contrast(parsed("000"), parsed("fff")) == pytest.approx(21)
    assert contrast(parsed("767676"), parsed("fff")) == pytest.approx(4.54, abs=0.01)


def test_the_style_sheet_says_both_themes_and_nothing_but_colours() -> None:
    names = "--accent", "--accent-strong", "--on-accent", "--accent-soft"
    pair = r"light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\)"
    expected = ";".join(f"{name}:{pair}" for name in names)
    assert re.fullmatch(rf":root{{{expected}}}\n", stylesheet("f80"))


@pytest.mark.parametrize(("palette", "place"), [(LIGHT, 0), (DARK, 1)], ids=["light", "dark"])
def test_the_palettes_are_those_of_the_tokens(palette: Palette, place: int) -> None:
    """Some names share a colour, for example both surfaces of the light theme."""
    source = (BASE_DIR / "static" / "css" / "tokens.css").read_text()
    pairs = re.findall(r"(--[\w-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);", source)
    tokens = {name: values[place] for name, *values in pairs}
    surfaces = [tokens[name] for name in ("--page", "--surface", "--surface-raised")]
    assert tuple(dict.fromkeys(surfaces)) == palette.surfaces
    texts = ("--text", "--text-quiet", "--success", "--warning", "--error")
    assert tuple(tokens[name] for name in texts) == palette.texts


@pytest.mark.parametrize("value", ["", "red", "ff", "12345", "ggg", "-1ffff"])
def test_what_is_no_colour_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed(value)
