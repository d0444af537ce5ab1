from django.urls import path

from checkins.views import easing, history, letters, plans, rehearsals, seen, supporter, today, wishes

urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/company/", today.company, name="company"),
    path("rest/", easing.rest, name="rest"),
    path("rest/end/", easing.rest_end, name="rest_end"),
    path("flare/", easing.flare, name="flare"),
    path("flare/undo/", easing.flare_undo, name="flare_undo"),
    path("flare/end/", easing.flare_end, name="flare_end"),
    path("wishes/", wishes.wishes, name="wishes"),
    path("wishes/<str:part>/", wishes.wish, name="wish"),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.plan, name="plan_new"),
    path("plans/preview/", plans.preview, name="plan_preview"),
    path("plans/safety-net/", plans.safety_net, name="safety_net"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/preview/", plans.preview, name="plan_preview"),
    path("plans/<int:pk>/letters/", plans.letters, name="plan_letters"),
    path("plans/<int:pk>/rehearse/", rehearsals.rehearse, name="plan_rehearse"),
    path("plans/<int:pk>/pause/", plans.pause, name="plan_pause"),
    path("plans/<int:pk>/resume/", plans.resume, name="plan_resume"),
    path("plans/<int:pk>/zone/", plans.zone, name="plan_zone"),
    path("plans/<int:pk>/end/", plans.end, name="plan_end"),
    path("plans/history/", history.history, name="history"),
    path("plans/history/<int:pk>/", history.silence, name="silence_history"),
    path("c/<str:token>/", letters.check_in_by_mail, name="check_in_by_mail"),
    path("network/sharing/<int:pk>/preview/", seen.seen_by, name="seen_by"),
    path("support/silence/<int:pk>/", supporter.silence, name="silence"),
    path("safety/<int:pk>/", supporter.ladder_request, name="ladder_request"),
    path("s/<str:token>/", supporter.alert_by_mail, name="alert_by_mail"),
]
