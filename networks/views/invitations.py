from django.http import HttpRequest, HttpResponse


def invite(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def resend(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


def withdraw(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)
