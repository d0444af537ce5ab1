from django.urls import path

from accounts import views

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("leaving/", views.leaving_page, name="leave_for_good"),
    path("leaving/file/", views.take_along, name="take_along"),
    path("theme/", views.theme, name="theme"),
]
