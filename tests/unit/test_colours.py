"""Every accent colour gives readable text, in the colour and on it."""

import pytest

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
    text = stylesheet("f80")
    assert text.count("--accent:#") == 3
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("value", ["", "red", "ff", "12345", "ggg", "-1ffff"])
def test_what_is_no_colour_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed(value)
