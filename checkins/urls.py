from django.urls import path

from checkins import views

urlpatterns = [
    path("today/", views.today, name="today"),
    path("plan/", views.plan, name="plan"),
    path("plan/pause/", views.pause, name="plan_pause"),
    path("plan/resume/", views.resume, name="plan_resume"),
    path("plan/zone/", views.zone, name="plan_zone"),
    path("plan/end/", views.end, name="plan_end"),
    path("support/", views.support, name="support"),
    path("support/silence/<int:pk>/", views.silence, name="silence"),
    path("safety/<int:pk>/", views.ladder_request, name="ladder_request"),
    path("c/<str:token>/", views.check_in_by_mail, name="check_in_by_mail"),
    path("s/<str:token>/", views.alert_by_mail, name="alert_by_mail"),
]
