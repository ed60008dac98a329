"""The HTTP request of every operation: method, path, query, headers and body."""

from collections.abc import Callable
from typing import Any

import pytest
from isc_operations import ITEM, OPERATIONS, Operation
from isc_wire import BASE, Wire, new_transport

from workitems.isc.client import IscClient
from workitems.isc.errors import NotFound, OutcomeUnknown, UnexpectedReply
from workitems.isc.schemas import UnreadableWorkItem, WorkItem


@pytest.mark.parametrize("version", ["v2024", "v3", "v2026", "beta", "v1"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_operation_is_called_as_documented(
    operation: Operation, version: str, wire: Wire
) -> None:
    base = f"/{operation.service}/v1" if version == "v1" else f"/{version}/{operation.service}"
    reply: dict[str, Any] = {"json": operation.answer, "headers": {"X-Total-Count": "203"}}
    if operation.answer is None:
        reply = {"body": b""}
    wire.expect(
        operation.method,
        base + operation.rest,
        query=operation.query,
        headers=operation.headers,
        body=operation.body,
        reply=reply,
    )
    client = IscClient(
        new_transport(f"{BASE}/", lambda: "token-of-maria"),
        api_version=version,
    )

    assert operation.made(operation.call(client))


def test_people_are_looked_up_by_id_a_hundred_at_a_time(client: IscClient, wire: Wire) -> None:
    ids = [f"p{number}" for number in range(101)]
    for some in (ids[:100], ids[100:]):
        wanted = ",".join(f'"{identifier}"' for identifier in some)
        query = {"filters": f"id in ({wanted})", "sorters": "name", "limit": str(len(some))}
        people = [{"id": identifier} for identifier in some]
        wire.expect("GET", "/v2024/public-identities", query=query, reply={"json": people})

    assert [person.id for person in client.get_public_identities(ids)] == ids


def test_nothing_to_look_up_is_no_call(client: IscClient, wire: Wire) -> None:
    assert client.search_public_identities("  ", limit=10) == ()
    assert client.get_public_identities([]) == ()
    assert len(wire.mock.calls) == 0


def test_spaces_in_filters_are_sent_as_percent_20(client: IscClient, wire: Wire) -> None:
    wire.mock.get(f"{BASE}/v2024/public-identities", json=[])

    client.search_public_identities("ada & co", limit=10)

    assert "%20sw%20%22ada%22%20and%20" in wire.mock.calls[0].request.url
    assert "+" not in wire.mock.calls[0].request.url


def test_messages_are_asked_for_in_the_persons_language(wire: Wire) -> None:
    transport = new_transport(BASE, lambda: "token-of-maria", language="de")
    wire.expect(
        "GET",
        "/v3/work-items/w1",
        headers={"Accept-Language": "de"},
        reply={"json": ITEM},
    )

    assert IscClient(transport, api_version="v3").get_work_item("w1").id == "w1"


@pytest.mark.parametrize("version", ["", "2024", "v20245", "V3", "v3/..", "latest", "v3\n"])
def test_a_version_that_is_none_is_refused_at_once(version: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        IscClient(
            new_transport(BASE, lambda: "t"),
            api_version=version,
        )


@pytest.mark.parametrize("identifier", ["", " ", ".", "..", "a/b", "a\nb", "\ud800"])
def test_an_id_that_would_lead_elsewhere_is_refused_before_any_call(
    identifier: str, client: IscClient, wire: Wire
) -> None:
    for call in (
        lambda: client.get_work_item(identifier),
        lambda: client.approve_approval_item("w1", identifier),
        lambda: client.approve_approval_items_in_bulk(identifier),
    ):
        with pytest.raises(ValueError, match="address") as caught:
            call()
        assert isinstance(caught.value, NotFound)
    assert len(wire.mock.calls) == 0


@pytest.mark.parametrize("word", ["completed", "count", "summary"])
def test_the_name_of_a_list_is_no_id(word: str, client: IscClient) -> None:
    with pytest.raises(NotFound):
        client.get_work_item(word)


def test_an_id_stays_one_segment(client: IscClient, wire: Wire) -> None:
    wire.mock.get(f"{BASE}/v2024/work-items/a%20b%3Fc%23d%25e", json={**ITEM, "id": "a b?c#d%e"})

    client.get_work_item("a b?c#d%e")

    assert wire.mock.calls[0].request.path_url == "/v2024/work-items/a%20b%3Fc%23d%25e"


def test_an_empty_owner_is_refused_because_isc_would_list_everybody(client: IscClient) -> None:
    for call in (
        lambda: client.list_work_items(owner_id="", limit=1, offset=0),
        lambda: client.count_work_items(""),
        lambda: client.summarise_work_items(""),
    ):
        with pytest.raises(ValueError, match="owner"):
            call()


def test_a_row_that_cannot_be_read_leaves_the_others(client: IscClient, wire: Wire) -> None:
    wire.mock.get(f"{BASE}/v2024/work-items", json=[{"name": "no id"}, ITEM, None])

    page = client.list_work_items(owner_id="p1", limit=3, offset=0)

    assert [type(item) for item in page.items] == [UnreadableWorkItem, WorkItem, UnreadableWorkItem]
    assert page.total is None


def test_a_list_is_never_longer_than_was_asked_for(client: IscClient, wire: Wire) -> None:
    items = [{**ITEM, "id": f"w{number}"} for number in range(1000)]
    people = [{"id": f"p{number}"} for number in range(1000)]
    wire.mock.get(f"{BASE}/v2024/work-items", json=items, headers={"X-Total-Count": "1000"})
    wire.mock.get(f"{BASE}/v2024/public-identities", json=people)

    page = client.list_work_items(owner_id="p1", limit=7, offset=0)

    assert ([item.id for item in page.items], page.total) == ([f"w{n}" for n in range(7)], 1000)
    assert len(client.list_tenant_work_items(limit=3, offset=0).items) == 3
    assert len(client.search_public_identities("p", limit=11)) == 11
    assert len(client.get_public_identities(["p1", "p2"])) == 2


@pytest.mark.parametrize("body", [b"", b"null", b'""', b"{}", b"  \n"])
def test_a_write_without_an_answer_body_is_done(body: bytes, client: IscClient, wire: Wire) -> None:
    wire.mock.post(f"{BASE}/v2024/work-items/w1", body=body)

    assert client.complete_work_item("w1") is None


@pytest.mark.parametrize("body", ['{"name": "no id"}', "[1]", '"done"', "7", "<html>", '{"id": "w'])
def test_a_write_with_an_answer_that_is_no_work_item_is_not_trusted(
    body: str, client: IscClient, wire: Wire
) -> None:
    wire.mock.post(f"{BASE}/v2024/work-items/w1", body=body, headers={"SLPT-Request-ID": "r1"})

    with pytest.raises(OutcomeUnknown) as caught:
        client.complete_work_item("w1")
    assert (caught.value.status, caught.value.request_id) == (200, "r1")


@pytest.mark.parametrize(
    ("rest", "call"),
    [
        ("", lambda client: client.list_work_items(owner_id="p1", limit=1, offset=0)),
        ("/count", lambda client: client.count_work_items("p1")),
        ("/summary", lambda client: client.summarise_work_items("p1")),
        ("/w1", lambda client: client.get_work_item("w1")),
    ],
)
@pytest.mark.parametrize(
    "body", ["", "null", "{}", "7", '{"count": null}', '{"open": 1}', "[[", "<html></html>"]
)
def test_a_read_of_the_wrong_shape_says_so(
    rest: str, call: Callable[[IscClient], object], body: str, client: IscClient, wire: Wire
) -> None:
    wire.mock.get(f"{BASE}/v2024/work-items{rest}", body=body, headers={"SLPT-Request-ID": "r1"})

    with pytest.raises(UnexpectedReply) as caught:
        call(client)
    assert (caught.value.status, caught.value.request_id) == (200, "r1")


def forwarded(client: IscClient) -> WorkItem | None:
    return client.forward_work_item(
        "w1", target_owner_id="p2", comment="x", send_notifications=True
    )


@pytest.mark.parametrize("identifier", ["w1", "w2"])
def test_a_forward_hands_up_the_item_that_isc_answered_with(
    identifier: str, client: IscClient, wire: Wire
) -> None:
    wire.mock.post(f"{BASE}/v2024/work-items/w1/forward", json={"id": identifier, "ownerId": "p2"})

    made = forwarded(client)

    assert (made.id, made.owner_id) == (identifier, "p2")


@pytest.mark.parametrize("body", ["false", "0", "true", '"ok"', '{"name": "no id"}', "[1]"])
def test_a_forward_with_an_answer_that_is_no_work_item_is_not_trusted(
    body: str, client: IscClient, wire: Wire
) -> None:
    wire.mock.post(f"{BASE}/v2024/work-items/w1/forward", body=body)

    with pytest.raises(OutcomeUnknown):
        forwarded(client)


def test_a_read_that_names_another_item_is_not_trusted(client: IscClient, wire: Wire) -> None:
    wire.mock.get(f"{BASE}/v2024/work-items/w1", json={**ITEM, "id": "w2"})

    with pytest.raises(UnexpectedReply, match="another work item"):
        client.get_work_item("w1")
