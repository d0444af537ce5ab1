"""How it was: told, changed, erased, by whoever tried."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from resources import services
from resources.forms.saving import FeedbackForm
from resources.models import Feedback
from resources.views.listing import leads_on, visible


@login_required
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def how_it_was(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    service = visible(request, pk)
    mine = Feedback.objects.of(request.user).filter(service=service).first()
    known = {"verdict": mine.verdict, "because": mine.because, "words": mine.words} if mine else {}
    form = FeedbackForm(request.POST) if request.method == "POST" else FeedbackForm(initial=known)
    if form.is_bound and form.is_valid():
        services.tell_how_it_was(service=service, by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Thank you. A curator reads it; then it is counted, without your name."))
        return redirect(service.get_absolute_url())
    context = {"form": form, "service": service, "mine": mine, "nav": "find"}
    return render(request, "resources/how_it_was.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def erase(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    service = visible(request, pk)
    services.erase_feedback(service=service, by=request.user)
    messages.success(request, _("Erased."))
    return redirect(service.get_absolute_url())
