"""The curators' desk, below /find/desk/."""

from django.urls import path

from resources.views.desk import duplicates, front, imports, keeping, listing, requests, sections, words

LISTING = "listings/<uuid:pk>/"

urlpatterns = [
    path("", front.desk, name="desk"),
    path("due/", front.due, name="desk_due"),
    path("requests/", front.requests, name="desk_requests"),
    path("conflicts/", front.requests, {"conflicts": True}, name="desk_conflicts"),
    path("take/<slug:queue>/", front.take, name="desk_take"),
    path("requests/<uuid:pk>/", requests.request_page, name="desk_request"),
    path("requests/<uuid:pk>/give-back/", requests.give_back, name="desk_give_back"),
    path("listings/", front.listings, name="desk_listings"),
    path(LISTING, listing.listing, name="desk_listing"),
    path(f"{LISTING}verify/", listing.verify, name="desk_verify"),
    path(f"{LISTING}rules/", listing.rules, name="desk_rules"),
    path(f"{LISTING}topics/", sections.topics, name="desk_topics"),
    path(f"{LISTING}change/<slug:slug>/", sections.section, name="desk_section"),
    path(f"{LISTING}places/new/", sections.place, name="desk_place_new"),
    path(f"{LISTING}places/<uuid:at_pk>/", sections.place, name="desk_place"),
    path(f"{LISTING}places/<uuid:at_pk>/remove/", sections.place_remove, name="desk_place_remove"),
    path(f"{LISTING}history/", listing.past, name="desk_history"),
    path(f"{LISTING}history/<uuid:change_pk>/undo/", listing.undo, name="desk_undo"),
    path(f"{LISTING}do/<slug:act>/", listing.state, name="desk_state"),
    path("duplicates/", duplicates.duplicates, name="desk_duplicates"),
    path("duplicates/<int:pk>/", duplicates.duplicate, name="desk_duplicate"),
    path("duplicates/<int:pk>/not-the-same/", duplicates.not_the_same, name="desk_not_the_same"),
    path("topics/", words.terms, name="desk_terms"),
    path("topics/new/", words.term, name="desk_term_new"),
    path("topics/<uuid:pk>/", words.term, name="desk_term"),
    path("words/", words.synonyms, name="desk_synonyms"),
    path("words/new/", words.synonym, name="desk_synonym_new"),
    path("words/<int:pk>/", words.synonym, name="desk_synonym"),
    path("words/<int:pk>/remove/", words.synonym_remove, name="desk_synonym_remove"),
    path("not-listed/", keeping.not_listed, name="desk_not_listed"),
    path("links/", keeping.links, name="desk_links"),
    path("claims/", keeping.claims, name="desk_claims"),
    path("claims/<int:pk>/", keeping.claim, name="desk_claim"),
    path("feedback/", keeping.feedback, name="desk_feedback"),
    path("feedback/<uuid:pk>/<slug:act>/", keeping.feedback_read, name="desk_feedback_read"),
    path("figures/", keeping.figures, name="desk_figures"),
    path("imports/", imports.imports, name="desk_imports"),
    path("imports/<uuid:pk>/", imports.one_import, name="desk_import"),
    path("imports/<uuid:pk>/stop/", imports.cancel, name="desk_import_cancel"),
    path("imports/<uuid:pk>/take-over/", imports.take_over, name="desk_import_take_over"),
    path("imports/waiting/<int:pk>/", imports.quarantine, name="desk_quarantine"),
    path("imports/waiting/<int:pk>/retry/", imports.retry, name="desk_quarantine_retry"),
]
