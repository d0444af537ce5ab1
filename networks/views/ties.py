from django.http import HttpRequest, HttpResponse


def network(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def tie_add(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def tie(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def tie_edit(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def tie_remove(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def tie_log(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def touch_undo(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)
