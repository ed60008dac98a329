"""Queues of a size that a test needs, put into the tenant."""

from sandbox.entries import approval_items
from sandbox.handle import Sandbox
from tests.e2e.reading import item_id

PLAIN = "ximena.caballero"  # a task of one approval item, without a flag


def fill(sandbox: Sandbox, key: str, size: int, like: str = PLAIN) -> list[str]:
    """Give the persona as many approvals, which differ in their value; returns the values."""
    owner = sandbox.persona(key)
    model = sandbox.world.get(item_id(sandbox, "approver", like))
    assert model is not None
    values = [f"Group-{number:03}" for number in range(size)]
    for number, value in enumerate(values):
        name = f"{model.key[:-6]}{number:06}"
        items = [
            one | {"id": f"{place}{name[1:]}", "value": value}
            for place, one in enumerate(approval_items(model.body))
        ]
        body = model.body | {"id": name, "approvalItems": items}
        body |= {"ownerId": owner.id, "ownerName": owner.name}
        changed = model.changed(**body)
        sandbox.world.put(
            type(model)(name, changed.body, owner.id, done=False, when=model.when + number)
        )
    return values
