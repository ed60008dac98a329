"""The addresses of the dashboard; `?owner=` goes with every one of them."""

from django.urls import path

from workitems.web import (
    account_selection,
    auditing,
    basket,
    board,
    bulk,
    choices,
    decisions,
    exporting,
    finding,
    forwarding,
    item,
    keys,
    later,
    looks,
    people,
    queue,
    runs,
    triage,
    views,
)

app_name = "workitems"
# Not in a frame: they need the room of a page.
on_page_only = [
    path("settings/", choices.choose, name="choose"),
    path("settings/appearance/", choices.choose_appearance, name="choose-appearance"),
    path("views/", views.save, name="views"),
    path("views/<uuid:view_id>/", views.change, name="view-change"),
    path("views/<uuid:view_id>/delete/", views.delete, name="view-delete"),
    path("board/", board.board, name="board"),
    path("board/numbers/", board.numbers, name="board-numbers"),
    path("board/pin/", board.pin, name="pin"),
    path("board/unpin/", board.unpin, name="unpin"),
    path("export.csv", exporting.export, name="export"),
    path("triage/", triage.triage, name="triage"),
    path("triage/decide/", triage.decide, name="triage-decide"),
    path("triage/forward/", triage.forward, name="triage-forward"),
    path("triage/send/", basket.send, name="basket"),
    path("triage/take-out/", basket.take_out, name="basket-out"),
    path("audit/", auditing.audit, name="audit"),
    path("audit/export.csv", auditing.export, name="audit-export"),
]
RUN = "runs/<uuid:run_id>/"
ITEM = "work-items/<str:item_id>/"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("pile/", queue.pile, name="pile"),
    path("counts/", queue.counts, name="counts"),
    path("keys/", keys.keys, name="keys"),
    path("index/", finding.index, name="index"),
    path("people/", people.people, name="people"),
    path("owner/", people.owner, name="owner"),
    path("reason/", looks.reason, name="reason"),
    path("decisions/<uuid:attempt_id>/undo/", later.undo, name="undo"),
    path("decisions/<uuid:attempt_id>/over/", later.over, name="over"),
    path("decisions/<uuid:attempt_id>/send/", later.send, name="send"),
    path("decisions/<uuid:attempt_id>/dismiss/", later.dismiss, name="dismiss"),
    path("bulk/<str:verb>/", bulk.bulk, name="bulk"),
    path(RUN, runs.run, name="run"),
    path(f"{RUN}receipt.csv", runs.receipt, name="run-receipt"),
    path(f"{RUN}undo/", runs.undo, name="run-undo"),
    path(f"{RUN}stop/", runs.stop, name="run-stop"),
    path(f"{RUN}send/", runs.send, name="run-send"),
    path(f"{RUN}over/", runs.over, name="run-over"),
    path(f"{RUN}retry/", runs.retry, name="run-retry"),
    path(f"{RUN}dismiss/", runs.dismiss, name="run-dismiss"),
    path(ITEM, item.item, name="item"),
    path(f"{ITEM}pressed/", later.pressed, name="pressed"),
    path(f"{ITEM}standing/", item.standing, name="standing"),
    path(f"{ITEM}approve/<str:approval_item_id>/", decisions.approve, name="approve"),
    path(f"{ITEM}reject/<str:approval_item_id>/", decisions.reject, name="reject"),
    path(f"{ITEM}approve-all/", decisions.approve_all, name="approve-all"),
    path(f"{ITEM}reject-all/", decisions.reject_all, name="reject-all"),
    path(f"{ITEM}complete/", decisions.complete, name="complete"),
    path(f"{ITEM}forward/", forwarding.forward, name="forward"),
    path(
        f"{ITEM}account-selection/", account_selection.account_selection, name="account-selection"
    ),
]
