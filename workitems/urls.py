"""The addresses of the dashboard; `?owner=` goes with every one of them."""

from django.urls import path

from workitems import actions, views
from workitems.results import Verdict

app_name = "workitems"
APPROVE = {"verdict": Verdict.APPROVE}
REJECT = {"verdict": Verdict.REJECT}
ITEM = "work-items/<str:item_id>/"

urlpatterns = [
    path("", views.task_list, name="list"),
    path("counts/", views.counts, name="counts"),
    path("people/", views.people, name="people"),
    path("owner/", views.owner, name="owner"),
    path(ITEM, views.detail, name="detail"),
    path(f"{ITEM}approve/<str:approval_id>/", actions.decide, APPROVE, name="approve"),
    path(f"{ITEM}reject/<str:approval_id>/", actions.decide, REJECT, name="reject"),
    path(f"{ITEM}approve-all/", actions.decide_all, APPROVE, name="approve-all"),
    path(f"{ITEM}reject-all/", actions.decide_all, REJECT, name="reject-all"),
    path(f"{ITEM}complete/", actions.complete, name="complete"),
    path(f"{ITEM}forward/", actions.forward, name="forward"),
    path(f"{ITEM}account-selection/", actions.account_selection, name="account-selection"),
]
