"""Makes screenshot files small: a palette of 256 colours, and rows that compress well."""

import base64
import struct
import zlib
from collections import Counter
from pathlib import Path

from playwright.sync_api import Page

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COMMON, SIZE = 96, 256  # colours
PALETTE, BITS = 3, 8  # one byte for each pixel, an index of the palette
# The browser decodes the PNG, so that no image library is needed.
PIXELS = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, picture.width, picture.height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768) {
    text += String.fromCharCode(...data.subarray(at, at + 32768));
  }
  return [picture.width, picture.height, btoa(text)];
}"""


def save_small(page: Page, png: bytes, path: Path) -> int:
    """Write `png` with a palette; returns the bytes of the file. `page` can be any page."""
    width, height, pixels = page.evaluate(PIXELS, base64.b64encode(png).decode())
    colours = [colour for (colour,) in struct.iter_unpack("<I", base64.b64decode(pixels))]
    palette, places = _palette(colours)
    indexes = bytes(places[colour] for colour in colours)
    rows = b"".join(b"\0" + indexes[at : at + width] for at in range(0, len(indexes), width))
    header = struct.pack(">IIBBBBB", width, height, BITS, PALETTE, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"PLTE", palette)
    body += _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    return path.write_bytes(SIGNATURE + body)


def _palette(colours: list[int]) -> tuple[bytes, dict[int, int]]:
    """The palette, and for each colour of the picture the index of the nearest palette entry.

    It takes the most common colours, then those least similar to them, so that the colours of
    small icons are kept.
    """
    counted = [colour for colour, _ in Counter(colours).most_common()]
    kept = counted[:COMMON]
    nearest = {c: min((_distance(c, k), at) for at, k in enumerate(kept)) for c in counted}
    while len(kept) < SIZE and any(distance for distance, _ in nearest.values()):
        farthest = max(nearest, key=nearest.__getitem__)
        kept.append(farthest)
        new = len(kept) - 1
        nearest = {c: min(was, (_distance(c, farthest), new)) for c, was in nearest.items()}
    palette = bytes(channel for colour in kept for channel in _channels(colour))
    return palette, {colour: place for colour, (_, place) in nearest.items()}


def _distance(one: int, other: int) -> int:
    return sum((a - b) ** 2 for a, b in zip(_channels(one), _channels(other), strict=True))


def _channels(colour: int) -> tuple[int, int, int]:
    return colour & 255, colour >> 8 & 255, colour >> 16 & 255


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
