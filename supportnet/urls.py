from django.contrib import admin
from django.urls import include, path

from resources.api.documentation import documentation
from resources.api.routes import api as directory_api
from supportnet import health, mailbox, views

handler400 = "supportnet.views.bad_request"
handler404 = "supportnet.views.not_found"
handler500 = "supportnet.views.server_error"

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
    path("support/", views.support, name="support"),
    path("", include("checkins.urls")),
    path("", include("outbox.urls")),
    path("find/", include("resources.urls")),
    path("api/hsds/v3/docs", documentation, name="directory_documentation"),
    path("api/hsds/v3/", directory_api.urls),
    path("asks/", include("asks.urls")),
    # The desk has no door of its own: one sign-in, with its limits, for everybody.
    path("admin/login/", views.desk_door),
    path("admin/password_change/", views.desk_password),
    path("admin/password_change/done/", views.desk_password),
    path("admin/r/<path:what>", views.no_shortcut),
    path("admin/", admin.site.urls),
]
