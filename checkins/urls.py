from django.urls import path

from checkins.views import history, letters, plans, supporter, today

urlpatterns = [
    path("today/", today.today, name="today"),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.plan, name="plan_new"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/pause/", plans.pause, name="plan_pause"),
    path("plans/<int:pk>/resume/", plans.resume, name="plan_resume"),
    path("plans/<int:pk>/zone/", plans.zone, name="plan_zone"),
    path("plans/<int:pk>/end/", plans.end, name="plan_end"),
    path("plans/history/<int:pk>/", history.silence, name="silence_history"),
    path("c/<str:token>/", letters.check_in_by_mail, name="check_in_by_mail"),
    path("support/", supporter.support, name="support"),
    path("support/silence/<int:pk>/", supporter.silence, name="silence"),
    path("safety/<int:pk>/", supporter.ladder_request, name="ladder_request"),
    path("s/<str:token>/", supporter.alert_by_mail, name="alert_by_mail"),
]
