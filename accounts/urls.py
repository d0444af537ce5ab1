from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_required
from django.urls import path

from accounts import views
from accounts.again import code_asked

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("again/", views.again, name="account_again"),
    # Before allauth's own: whoever could choose a password here would be asked for that one next.
    path(
        "password/set/", login_required(code_asked(allauth_views.password_set)), name="account_set_password"
    ),
    path("email/", login_required(code_asked(allauth_views.email)), name="account_email"),
    path("leaving/", views.leaving_page, name="leave_for_good"),
    path("leaving/file/", views.take_along, name="take_along"),
    path("theme/", views.theme, name="theme"),
]
