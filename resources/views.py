from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from resources.models import Service


@require_safe
def resources(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{Service.objects.published().count()}")


@require_safe
def resource(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return HttpResponse(get_object_or_404(Service.objects.visible_to(request.user), pk=pk).name)


@require_safe
def help_now(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("help now")
