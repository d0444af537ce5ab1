from django.urls import path

from resources import views

urlpatterns = [
    path("", views.resources, name="resources"),
    path("help-now/", views.help_now, name="help_now"),
    path("<uuid:pk>/", views.resource, name="resource"),
]
