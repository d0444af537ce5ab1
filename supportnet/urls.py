from django.contrib import admin
from django.urls import include, path

from supportnet import health, mailbox, views

urlpatterns = [
    path("", views.home, name="home"),
    path("leave/", views.leave, name="leave"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("mail/", mailbox.inbox, name="mailbox"),
    path("mail/<str:key>/", mailbox.message, name="mailbox_message"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("network/", include("networks.urls")),
    path("", include("checkins.urls")),
    path("messages/", include("outbox.urls")),
    path("find/", include("resources.urls")),
    path("admin/", admin.site.urls),
]
