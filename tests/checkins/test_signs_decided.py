"""Of every page that takes something from a person it is decided whether that counts as a sign of life.

`SIGNS` names pages of other rooms, which cannot know of check-ins. So a page that is renamed or added is noticed here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from checkins.middleware import SIGNS

OURS = {"accounts", "outbox", "networks", "checkins", "resources", "asks", "supportnet"}

# A check-in, a rest or a flare is said here in so many words; nothing has to be read into it.
SAY_IT_THEMSELVES = {
    *("today", "check_in_by_mail", "rest", "rest_end", "flare", "flare_end", "flare_undo"),
    *("plan", "plan_new", "plan_pause", "plan_resume", "plan_rehearse", "plan_zone", "plan_end"),
}
# Something is set up, looked at or taken back: none of the three things that people may wish to count.
NO_SIGNS = {
    *("address_works", "message_settings", "settings", "theme", "unsubscribe"),
    *("leave_for_good", "take_along", "account_again", "not_told"),
    *("plan_preview", "wish"),
    *("tie_add", "tie_edit", "tie_remove", "touch_undo", "sharing", "membership_end"),
    *("tie_archive", "tie_restore", "touch_more", "in_touch_by_mail"),
    *("suggestions_wish", "suggestion_answer"),
    *("ready_words", "words_keep", "words_forget", "import_file", "import_look", "export", "gap_not_now"),
    *("we_talked", "we_did_not", "signal", "weekly_cap"),
    *("membership_limit", "membership_show_again", "organiser", "organise", "who_sees", "looks_right"),
    *("share_link", "join_request", "join_request_decline", "join_page", "join_take_back"),
    *("invite", "invitation_resend", "invitation_withdraw", "invitation_accept", "invitation_decline"),
    *("invitation_switch", "break_from", "break_from_all", "go_on_with", "go_on_with_all", "leave_support"),
    *("still_right", "claim_listing", "my_listing", "claim_end"),
    *("desk_not_listed", "desk_take", "desk_request"),
    *("desk_give_back", "desk_verify", "desk_rules", "desk_topics", "desk_section", "desk_place_new"),
    *("desk_place", "desk_place_remove", "desk_undo", "desk_state", "desk_duplicate", "desk_not_the_same"),
    *("desk_claim", "desk_feedback_read", "desk_imports", "desk_import_cancel", "desk_import_take_over"),
    *("desk_quarantine_retry", "desk_term_new", "desk_term", "desk_synonym_new", "desk_synonym"),
    "desk_synonym_remove",
    *("ask_new", "ask_new_for", "ask_stop", "ask_soften", "ask_move", "ask_cancel", "ask_thank"),
    *("ask_everybody", "ask_gift", "ask_gift_undo", "ask_offer", "ask_open", "ask_by_mail", "ask_calendar"),
    *("resource_pass_on", "resource_to_network"),
    *("search_save", "search_drop", "in_the_way", "in_the_way_erase", "picks_wish"),
    *("resource_save", "resource_drop", "how_it_was", "how_it_was_erase"),
    *("resource_problem", "resource_correct", "resource_suggest", "told_take_back"),
}


def _patterns(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield ":".join([*spaces, one.name or ""]), one.callback
        else:
            yield from _patterns(one, (*spaces, one.namespace) if one.namespace else spaces)


def _layers(view: Callable[..., Any]) -> Iterator[Any]:
    while True:
        yield view
        inner = getattr(view, "__wrapped__", None)
        if inner is None:
            return
        view = inner


def _takes_posts(view: Callable[..., Any]) -> bool:
    """What `require_http_methods` around it allows; a view without it takes everything."""
    for layer in filter(inspect.isfunction, _layers(view)):
        allowed = inspect.getclosurevars(layer).nonlocals.get("request_method_list")
        if allowed is not None:
            return "POST" in allowed
    return True


def _is_a_page_of_ours(name: str, view: Callable[..., Any]) -> bool:
    """Not the desk, which is for staff at work, and nothing that is no page of its own."""
    innermost = list(_layers(view))[-1]
    return bool(name) and not name.startswith("admin:") and innermost.__module__.split(".")[0] in OURS


def posted_to() -> set[str]:
    """The names of our own pages that take a POST."""
    pages = _patterns(get_resolver())
    return {name for name, view in pages if _is_a_page_of_ours(name, view) and _takes_posts(view)}


def test_every_sign_of_life_names_a_page_that_takes_posts() -> None:
    assert set(SIGNS) <= posted_to()


def test_it_is_decided_of_every_page_whether_it_is_a_sign_of_life() -> None:
    """A new page? Name it in `checkins.middleware.SIGNS`, or above."""
    assert posted_to() == {*SIGNS, *SAY_IT_THEMSELVES, *NO_SIGNS}


def test_nothing_is_decided_twice() -> None:
    assert len(SIGNS) + len(SAY_IT_THEMSELVES) + len(NO_SIGNS) == len(posted_to())
