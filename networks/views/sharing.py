from django.http import HttpRequest, HttpResponse


def sharing(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def membership_end(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def leave_support(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)
