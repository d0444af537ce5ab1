from django.urls import include, path

from resources.views import claiming, finding, help_now, listing, passing, still_right, telling

urlpatterns = [
    path("", finding.resources, name="resources"),
    path("help-now/", help_now.help_now, name="help_now"),
    path("desk/", include("resources.desk_urls")),
    path("ours/", claiming.my_listings, name="my_listings"),
    path("ours/<uuid:pk>/", claiming.my_listing, name="my_listing"),
    path("ours/claims/<int:pk>/end/", claiming.end_claim, name="claim_end"),
    path("<uuid:pk>/claim/", claiming.claim_listing, name="claim_listing"),
    path("still-right/<str:token>/", still_right.still_right, name="still_right"),
    path("suggest/", telling.suggest, name="resource_suggest"),
    path("told/", telling.all_told, name="all_told"),
    path("told/<uuid:pk>/", telling.told, name="told"),
    path("told/<uuid:pk>/take-back/", telling.take_back, name="told_take_back"),
    path("<uuid:pk>/", listing.resource, name="resource"),
    path("<uuid:pk>/paper/", listing.on_paper, name="resource_paper"),
    path("<uuid:pk>/times/<uuid:row>/session.ics", listing.times, name="resource_times"),
    path("<uuid:pk>/pass-on/", passing.pass_on, name="resource_pass_on"),
    path("<uuid:pk>/problem/", telling.problem, name="resource_problem"),
    path("<uuid:pk>/correct/", telling.correct, name="resource_correct"),
    path("<uuid:pk>/to-network/", passing.to_network, name="resource_to_network"),
]
