"""The sheet of the keys: what static/js/keys.js does, in words."""

from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import render_partial
from taskmanager.signin.request import SignedInRequest
from workitems.view_models.labels import Text
from workitems.web.context import ActionContext

Line = tuple[tuple[Text, ...], Text]  # the keys, and what they do

LINES: Final[tuple[Line, ...]] = (
    (("J", "↓"), _("Go to the next task")),
    (("K", "↑"), _("Go to the task before")),
    ((_("Enter"),), _("Open the task")),
    (("A",), _("Approve")),
    (("R",), _("Reject")),
    (("F",), _("Forward")),
    (("C",), _("Mark complete")),
    (("X",), _("Select the task, or take it out again")),
    ((_("Shift"), "X"), _("Select all from the task that was selected last to this one")),
    (("S",), _("Skip the task, where you go one by one")),
    (("T",), _("Go through the tasks one by one")),
    (("U",), _("Undo the newest decision")),
    (("/",), _("Go to the search field")),
    (("G", "P"), _("Show the pending tasks")),
    (("G", "C"), _("Show the completed tasks")),
    (("?",), _("Show this sheet")),
    ((_("Esc"),), _("Close the sheet, the question or the open task")),
)


@require_safe
def keys(request: SignedInRequest) -> HttpResponse:
    """In the page's dialog, and without JavaScript on a page of its own."""
    values = ActionContext.unrecorded(request).template(lines=LINES)
    return render_partial(request, "workitems/keys.html", values, block="dialog_form")
