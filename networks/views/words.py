"""Ready words: chosen, changed, opened in the person's own app. What is typed is kept only when they say so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from networks import energy, services, words
from networks.models import OwnWords, Tie
from networks.word_forms import Chosen, WordsForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ready_words(request: SignedIn) -> HttpResponse:
    """A GET chooses; a POST only puts changed words into the links, for whoever has no script."""
    given = request.POST if request.method == "POST" else request.GET
    today = None if "effort" in given else energy.of(request.user, timezone.now())
    chosen = Chosen.of(given, today=today)
    tie = get_object_or_404(Tie.objects.visible_to(request.user), pk=chosen.tie) if chosen.tie else None
    kept = list(OwnWords.objects.filter(owner=request.user, occasion=chosen.occasion).order_by("pk"))
    own = next((one.text for one in kept if one.pk == chosen.own), "")
    text = own or words.opener(chosen.occasion, chosen.effort, name=tie.name if tie else "")
    form = WordsForm(request.POST) if request.method == "POST" else WordsForm(initial={"text": text})
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
    context = _page(chosen, tie, text) | {"form": form, "kept": kept}
    return render(request, "networks/words.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def keep(request: SignedIn) -> HttpResponse:
    chosen, form = Chosen.of(request.POST), WordsForm(request.POST)
    if not form.is_valid():
        return ready_words(request)
    kept = services.keep_words(
        by=request.user,
        occasion=chosen.occasion,
        text=form.cleaned_data["text"],
        form_key=form.cleaned_data["form_key"],
    )
    messages.success(request, _("Kept. You find them below, whenever you need them."))
    return redirect(_back(chosen, own=kept.pk))


@login_required
@require_POST
def forget(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(OwnWords.objects.filter(owner=request.user), pk=pk)
    services.forget_words(words=found, by=request.user)
    messages.success(request, _("Removed."))
    return redirect(_back(Chosen.of(request.POST)))


def _page(chosen: Chosen, tie: Tie | None, text: str) -> dict[str, Any]:
    mail, phone = words.mail_prefix(tie), words.text_prefix(tie)
    return {
        "nav": "network",
        "tie": tie,
        "chosen": chosen,
        "occasions": words.Occasion.choices,
        "efforts": words.Effort.choices,
        "mail_prefix": mail,
        "text_prefix": phone,
        "mail": mail + words.encoded(text, turn="\r\n"),
        "phone": phone + words.encoded(text, turn="\n"),
    }


def _back(chosen: Chosen, own: int | None = None) -> str:
    asked = {"tie": chosen.tie, "occasion": chosen.occasion, "effort": chosen.effort, "own": own}
    given = {name: value for name, value in asked.items() if value}
    return f"{reverse('ready_words')}?{urlencode(given)}"
