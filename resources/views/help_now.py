"""Help now: crisis lines of where somebody probably is, and of elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from resources import helplines
from resources.models import Helpline


@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    lines = list(Helpline.objects.as_of(timezone.localdate()))
    known = {line.country: helplines.country_name(line.country) for line in lines}
    asked = request.GET.get("country", "").upper()
    country = asked if asked in known else guess(request)
    others = sorted((name, code) for code, name in known.items() if code != country)
    context = {
        "name": known.get(country, ""),
        "here": [line for line in lines if line.country == country],
        "others": [(name, code, [line for line in lines if line.country == code]) for name, code in others],
    }
    return render(request, "resources/help_now.html", context)


def guess(request: HttpRequest) -> str:
    """Which country they are probably in. Used for this answer only, and kept nowhere."""
    zone = request.user.time_zone if request.user.is_authenticated else ""
    return helplines.guess_country(time_zone=zone, languages=request.headers.get("Accept-Language", ""))
