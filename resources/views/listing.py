"""One listing, for everybody."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from resources import listing
from resources.models import Service


@require_safe
def resource(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(Service.objects.visible_to(request.user).for_page(), pk=pk)
    today = timezone.localdate()
    places, times = listing.places(service, today=today), listing.own_times(service, today=today)
    context = {
        "service": service,
        "contact": listing.contact(service),
        "places": places,
        "times": times,
        "has_times": bool(times) or any(place.times for place in places),
        "languages": listing.languages(service),
        "prices": listing.prices(service, today=today),
        "nav": "find",
    }
    return render(request, "resources/resource.html", context)
