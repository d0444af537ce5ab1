from django.http import HttpRequest, HttpResponse


def invitation_page(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def accept(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def join(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def decline(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def declined(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def switch(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def invitation(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)
