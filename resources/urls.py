from django.urls import path

from resources.views import finding, help_now, listing

urlpatterns = [
    path("", finding.resources, name="resources"),
    path("help-now/", help_now.help_now, name="help_now"),
    path("<uuid:pk>/", listing.resource, name="resource"),
]
