"""Pages arrive packed as the browser says it can unpack them."""

import gzip

import brotli
import pytest

from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=1.0, gzip;q=0.5", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("br;q=0.0, gzip", "gzip"),
        ("", None),
    ],
)
def test_a_page_is_packed_as_asked_for(
    approver: Browser, accepted: str, encoding: str | None
) -> None:
    response = approver.get("/", headers={"Accept-Encoding": accepted})
    assert response.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in response["Vary"]
    page = UNPACK[encoding](response.content) if encoding else response.content
    assert b"</html>" in page
    assert int(response["Content-Length"]) == len(response.content)


def test_the_length_of_a_page_varies_by_chance(approver: Browser) -> None:
    asked = [approver.get("/", headers={"Accept-Encoding": "br"}) for _ in range(8)]
    assert len({response["X-Padding"] for response in asked}) > 1
