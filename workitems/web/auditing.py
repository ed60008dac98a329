"""The audit page: every recorded decision and look, for auditors alone."""

import logging

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import render
from taskmanager.signin.request import SignedInRequest, person_of
from taskmanager.signin.values import Person
from workitems.audit import CHUNK, search
from workitems.view_models.audit import HEADINGS, AuditRow
from workitems.view_models.audit_page import AuditPage
from workitems.web.audit_filter import AuditFilter
from workitems.web.export import csv_lines, on_this_clock

log = logging.getLogger("workitems.audit")


@require_safe
def audit(request: SignedInRequest) -> HttpResponse:
    """What was done, newest first."""
    require_auditor(person_of(request))
    form = AuditFilter(request.GET)
    found = search(form.query()) if form.is_valid() else None
    page = AuditPage.of(found, form.page) if found else None
    values = {"form": form, "page": page, "query": form.in_address}
    return render(request, "workitems/audit.html", values, status=200 if found else 422)


@require_safe
def export(request: SignedInRequest) -> StreamingHttpResponse:
    """The same rows as CSV, all of them."""
    person = person_of(request)
    require_auditor(person)
    form = AuditFilter(request.GET)
    if not form.is_valid():
        raise BadRequest(_("The filters of the export make no sense."))
    log.info("audit exported", extra={"fields": {"actor": person.id}})
    rows = search(form.query()).rows.iterator(chunk_size=CHUNK)
    cells = on_this_clock(AuditRow.of(row).cells() for row in rows)
    headers = {"Content-Disposition": 'attachment; filename="my-tasks-audit.csv"'}
    return StreamingHttpResponse(
        csv_lines(HEADINGS, cells), content_type="text/csv; charset=utf-8", headers=headers
    )


def require_auditor(person: Person) -> None:
    """Raises PermissionDenied (403) for everybody but an auditor."""
    if not person.is_auditor:
        raise PermissionDenied(_("Only an auditor may read what everybody has done."))
