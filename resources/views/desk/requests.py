"""One proposal: what was, what is proposed, what is there now; taken over, in part, or refused with a reason."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import DomainError
from accounts.requests import SignedIn
from resources import services
from resources.forms.desk import DecisionForm
from resources.models import ChangeRequest, FieldChange
from resources.services import deciding, leasing
from resources.views.desk.doors import curators_only


def found(pk: uuid.UUID) -> ChangeRequest:
    rows = ChangeRequest.objects.select_related(
        "service__organization", "sent_by", "on_behalf_of", "source", "leased_by", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)


@curators_only("change_changerequest")
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    one = found(pk)
    of_import = one.kind == ChangeRequest.Kind.CONFLICT
    data = request.POST if request.method == "POST" else None
    changes = _shown(one, data)
    form = DecisionForm(data, changes=changes, of_import=of_import)
    if request.method == "POST" and form.is_valid() and (answer := _decide(request, one, form)):
        return answer
    rows = [
        (line, form[f"take-{line.change.pk}"], form[f"value-{line.change.pk}"])
        for line in deciding.lines(one)
        if line.change.pk <= form.last
    ]
    context = {
        "nav": "desk",
        "one": one,
        "form": form,
        "rows": rows,
        "other": leasing.holder(one, by=request.user, now=timezone.now()),
        "own": deciding.is_own(one, request.user),
    }
    return render(request, "resources/desk/request.html", context, status=422 if form.is_bound else 200)


def _shown(one: ChangeRequest, data: QueryDict | None) -> list[FieldChange]:
    """What whoever decides has before them: an import may ask more since they opened the page."""
    grows = one.kind == ChangeRequest.Kind.CONFLICT
    last = data.get("shown", "") if data is not None and grows else ""
    return [change for change in one.fields.all() if not last.isdecimal() or change.pk <= int(last[:19])]


def _decide(request: SignedIn, one: ChangeRequest, form: DecisionForm) -> HttpResponse | None:
    """On to the listing, or back to the form with what stands in the way."""
    reason = form.cleaned_data["reason"]
    try:
        if form.refuses:
            decided = services.decide(
                request=one, by=request.user, refuse=True, reason=reason, shown=form.last
            )
            messages.success(request, _refused(form))
        else:
            decided = services.decide(
                request=one, by=request.user, taken=form.taken(), reason=reason, shown=form.last
            )
            messages.success(request, _("Taken over. You can undo it in the history."))
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return None
    if decided.service_id:
        return redirect("desk_listing", pk=decided.service_id)
    return redirect("desk_requests")


def _refused(form: DecisionForm) -> str:
    if form.of_import:
        return _("Not taken over. You are asked again only when the import says something else.")
    return _("Not taken over. The sender reads why, if they left an address.")


@curators_only("change_changerequest")
@require_POST
def give_back(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    services.release(row=found(pk), by=request.user)
    messages.success(request, _("Given back."))
    return redirect("desk_requests")
