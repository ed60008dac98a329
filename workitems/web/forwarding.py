"""Hand a work item to somebody else: the form, its search, and the command."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from taskmanager.signin.request import SignedInRequest
from workitems.domain.commands import Forward
from workitems.domain.results import WriteStatus
from workitems.isc.schemas import PublicIdentity
from workitems.view_models.receipt import receipt_text, with_request_id
from workitems.web.context import ActionContext, require_action
from workitems.web.forms import ForwardForm, PeopleSearch
from workitems.web.people import found_by, option_of
from workitems.web.responses import dialog_response, forwarded_response


@require_action
def forward(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Hand a work item to somebody else, with a comment."""
    context = ActionContext.of(request)
    if request.method != "POST":
        return forward_form(context, ForwardForm(), ())
    if "find" in request.POST:
        found = found_by(context, PeopleSearch(request.POST))
        return forward_form(context, ForwardForm.searching(request.POST), found)
    form = ForwardForm(request.POST)
    target = checked_target(context, form)
    if target is None:
        return forward_form(context, form, found_by(context, form))
    typed = form.cleaned_data
    owner_id = context.scope.owner.id
    command = Forward(item_id, owner_id, target.id, typed["comment"], typed["notify"])
    return send(context, form, command, target.name)


def send(
    context: ActionContext, form: ForwardForm, command: Forward, target_name: str
) -> HttpResponse:
    """Send it, or show the form again with the reason: what was typed stays."""
    receipt = context.services.executor.run(command, context.press)
    if receipt.status.is_success or receipt.status is WriteStatus.GONE:
        return forwarded_response(context, command.item_id, receipt, target_name)
    form.add_error(None, with_request_id(receipt_text(receipt, ""), receipt))
    return forward_form(context, form, found_by(context, form))


def forward_form(
    context: ActionContext, form: ForwardForm, found: tuple[PublicIdentity, ...]
) -> HttpResponse:
    context = context.named()
    values = {
        "form": form,
        "people": [option_of(context, person) for person in found],
        "q": form["q"].value() or "",
        "target": form["target"].value() or "",
    }
    return dialog_response(context, "workitems/forward.html", values, is_invalid=form.is_bound)


def checked_target(context: ActionContext, form: ForwardForm) -> PublicIdentity | None:
    """The person to forward to, if they can take it; else the form has errors."""
    form.require_confirmation(context.scope, context.form)
    if not form.is_valid():
        return None
    target = context.services.reader.person(form.cleaned_data["target"])
    if target is None:
        form.add_error("target", _("SailPoint knows no such person."))
        return None
    if refusal := option_of(context, target).refusal:
        form.add_error("target", str(refusal))
        return None
    return target
