"""Who gets what at every address of the project. An address that has no row here fails the suite.

A row is the address's name, what its arguments are made from (`world.MAKERS`), and the answers to a GET and to an empty
POST. The words for answers:

    page        it is shown              door        please sign in first
    moved       a redirect elsewhere     gone        404: as if it did not exist
    no          403                      bad         what was sent is asked for again (422), or cannot be read (400)
    needs post  405 to a GET             only reads  405 to a POST
    unwell      503                      nothing     204
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.access.world import (
    ANONYMOUS,
    CURATOR,
    FORMER,
    FULL,
    LIMITED,
    MEMBERS,
    ORGANISER,
    OTHER_OWNER,
    OWNER,
    ROLES,
    SEES_ASKS,
    SUPERUSER,
)

Answers = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Row:
    name: str
    of: str
    get: Answers
    post: Answers
    # A page they open first, by its row's name: some pages need to know where one comes from.
    after: str = ""

    def __str__(self) -> str:
        return " ".join(
            filter(None, (self.name, self.of and f"of {self.of}", self.after and f"after {self.after}"))
        )


def everybody(word: str) -> Answers:
    return dict.fromkeys(ROLES, word)


def only(roles: Iterable[str], word: str, *, others: str = "gone", anonymous: str = "door") -> Answers:
    return everybody(others) | {ANONYMOUS: anonymous} | dict.fromkeys(roles, word)


def all_but_the_owner(word: str, owner: str) -> Answers:
    return everybody(word) | {OWNER: owner}


def signed_in(word: str, *, anonymous: str = "door") -> Answers:
    return only(ROLES[1:], word, anonymous=anonymous)


def owners(word: str) -> Answers:
    return only([OWNER], word)


def members(word: str) -> Answers:
    return only(MEMBERS, word)


def managers(word: str) -> Answers:
    """Of what is asked for: the owner, and the organiser they chose."""
    return only([OWNER, ORGANISER], word)


def staff(word: str, superuser: str = "") -> Answers:
    """The desk: whoever is not staff is asked to sign in as somebody who is."""
    return everybody("door") | {CURATOR: word, SUPERUSER: superuser or word}


ONLY_READS, NEEDS_POST = everybody("only reads"), everybody("needs post")
# Where the sign-in is asked for first and the method after.
READS, POSTS = signed_in("only reads"), signed_in("needs post")
GONE = everybody("gone")

FRONT = [
    Row("home", "", signed_in("moved", anonymous="page"), ONLY_READS),
    Row("leave", "", everybody("moved"), ONLY_READS),
    Row("healthz", "", everybody("page"), ONLY_READS),
    Row("readyz", "", everybody("unwell"), ONLY_READS),
    Row("mailbox", "", GONE, ONLY_READS),
    Row("mailbox_message", "no mail", GONE, ONLY_READS),
]

ACCOUNT = [
    Row("settings", "", signed_in("page"), signed_in("page")),
    # They say once more who they are before everything goes into a file, or away.
    Row("leave_for_good", "", signed_in("moved"), signed_in("moved")),
    Row("take_along", "", signed_in("moved"), signed_in("moved")),
    Row("theme", "", NEEDS_POST, everybody("moved")),
    Row("account_login", "", signed_in("moved", anonymous="page"), signed_in("moved", anonymous="bad")),
    Row("account_logout", "", signed_in("page", anonymous="moved"), everybody("moved")),
    Row("account_inactive", "", everybody("page"), ONLY_READS),
    Row("account_signup", "", signed_in("moved", anonymous="page"), signed_in("moved", anonymous="bad")),
    Row("account_reauthenticate", "", signed_in("page"), signed_in("bad")),
    Row("account_again", "", signed_in("page"), signed_in("page")),
    Row("account_email", "", signed_in("page"), signed_in("moved")),
    Row("account_email_verification_sent", "", signed_in("moved"), signed_in("moved")),
    Row("account_change_password", "", signed_in("page"), signed_in("bad")),
    Row("account_set_password", "", signed_in("moved"), signed_in("moved")),
    Row("account_reset_password", "", everybody("page"), everybody("bad")),
    Row(
        "account_request_login_code",
        "",
        signed_in("moved", anonymous="page"),
        signed_in("moved", anonymous="bad"),
    ),
    Row("account_confirm_login_code", "", signed_in("moved"), signed_in("moved")),
    Row("account_confirm_password_reset_code", "", everybody("door"), everybody("door")),
    Row("account_complete_password_reset", "", everybody("moved"), everybody("moved")),
    Row("account_password_reset_completed", "", everybody("page"), ONLY_READS),
    Row("usersessions_list", "", signed_in("page"), signed_in("moved")),
]

NETWORK = [
    Row("network", "", signed_in("page"), READS),
    Row("network_then", "", signed_in("page"), READS),
    Row("gap_not_now", "", POSTS, signed_in("moved")),
    Row("tie_add", "", signed_in("page"), signed_in("bad")),
    Row("tie", "a tie", owners("page"), READS),
    Row("tie_edit", "a tie", owners("page"), owners("bad")),
    Row("tie_remove", "a tie", owners("page"), owners("moved")),
    Row("tie_log", "a tie", POSTS, owners("moved")),
    Row("touch_undo", "a touch", POSTS, owners("moved")),
    Row("invite", "a tie not joined", owners("page"), owners("bad")),
    Row("invitation_resend", "an invitation", POSTS, owners("moved")),
    Row("invitation_withdraw", "an invitation", POSTS, owners("moved")),
]

KEEPING_WARM = [
    Row("tie_archive", "a tie", owners("page"), owners("moved")),
    Row("tie_restore", "a tie", POSTS, owners("moved")),
    Row("archived", "", signed_in("page"), READS),
    Row("quiet", "", signed_in("page"), READS),
    Row("touch_more", "a touch", owners("page"), owners("moved")),
    Row("suggestions_wish", "", POSTS, signed_in("moved")),
    Row("suggestion_answer", "a suggestion", POSTS, owners("moved")),
    Row("in_touch_by_mail", "the hello's token", everybody("page"), everybody("page")),
    Row("in_touch_by_mail", "nonsense", GONE, GONE),
    Row("ready_words", "", signed_in("page"), signed_in("bad")),
    Row("words_keep", "", POSTS, signed_in("bad")),
    Row("words_forget", "own words", POSTS, owners("moved")),
    Row("import_file", "", signed_in("page"), signed_in("bad")),
    Row("import_look", "", signed_in("moved"), signed_in("moved")),
    # They say once more who they are before everything goes into a file.
    Row("export", "", signed_in("moved"), signed_in("moved")),
]

SHARING = [
    Row("sharing", "another's membership", owners("page"), owners("moved")),
    Row("membership_end", "another's membership", owners("page"), owners("moved")),
    Row("seen_by", "another's membership", owners("page"), ONLY_READS),
    Row("not_told", "another's membership", POSTS, owners("moved")),
    Row("membership_limit", "another's membership", POSTS, owners("moved")),
    Row("membership_show_again", "another's membership", POSTS, owners("moved")),
    Row("organiser", "another's membership", POSTS, owners("moved")),
    Row("organise", "their membership", only([ORGANISER], "page"), only([ORGANISER], "bad")),
    Row("who_sees", "", signed_in("page"), signed_in("gone")),
    Row("looks_right", "", POSTS, signed_in("moved")),
    Row("consents", "", signed_in("page"), READS),
    Row("who_looked", "", signed_in("page"), READS),
    Row("signal", "their membership", POSTS, only([OWNER, *MEMBERS], "moved")),
    Row("signal", "another's membership", POSTS, owners("moved")),
    Row("we_talked", "their membership", POSTS, members("moved")),
    Row("we_talked", "another's membership", POSTS, owners("gone")),
    Row("we_did_not", "their membership", POSTS, members("moved")),
    Row("we_did_not", "another's membership", POSTS, owners("gone")),
    Row("weekly_cap", "their membership", POSTS, members("moved")),
    Row("weekly_cap", "another's membership", POSTS, owners("gone")),
    # A former member may say once more that they leave: it is done already.
    Row("leave_support", "their membership", members("page"), only([*MEMBERS, FORMER], "moved")),
    Row("leave_support", "another's membership", owners("gone"), owners("gone")),
    Row("break_from_all", "", POSTS, signed_in("moved")),
    Row("go_on_with_all", "", POSTS, signed_in("moved")),
    Row("break_from", "their membership", POSTS, members("moved")),
    Row("break_from", "another's membership", POSTS, owners("gone")),
    Row("go_on_with", "their membership", POSTS, members("moved")),
    Row("go_on_with", "another's membership", POSTS, owners("gone")),
]

INVITED = [
    Row("invitation", "its token", everybody("moved"), ONLY_READS),
    Row("invitation", "nonsense", GONE, ONLY_READS),
    Row("invitation_page", "", GONE, ONLY_READS),
    Row("invitation_page", "", everybody("page"), ONLY_READS, after="invitation"),
    Row("invitation_accept", "", NEEDS_POST, GONE),
    Row("invitation_accept", "", NEEDS_POST, all_but_the_owner("moved", "no"), after="invitation"),
    Row("invitation_join", "", signed_in("moved"), READS),
    Row("invitation_decline", "", NEEDS_POST, GONE),
    Row("invitation_decline", "", NEEDS_POST, all_but_the_owner("moved", "no"), after="invitation"),
    Row("invitation_declined", "", everybody("page"), ONLY_READS),
    Row("invitation_switch", "", NEEDS_POST, everybody("moved")),
]

JOINING = [
    Row("share_link", "", signed_in("page"), signed_in("moved")),
    Row("join_request", "somebody who asks to join", owners("page"), owners("bad")),
    Row("join_request_decline", "somebody who asks to join", POSTS, owners("moved")),
    Row("join_link", "a link's token", everybody("moved"), ONLY_READS),
    Row("join_link", "nonsense", GONE, ONLY_READS),
    Row("join_page", "", GONE, GONE),
    Row(
        "join_page",
        "",
        all_but_the_owner("page", "moved"),
        signed_in("moved", anonymous="page"),
        after="join_link",
    ),
    Row("join_take_back", "", POSTS, owners("gone")),
    Row("join_take_back", "", POSTS, signed_in("moved"), after="join_link"),
]

TODAY = [
    Row("today", "", signed_in("page"), signed_in("moved")),
    Row("company", "", signed_in("moved"), ONLY_READS),
    Row("rest", "", NEEDS_POST, signed_in("bad")),
    Row("rest_end", "", NEEDS_POST, signed_in("moved")),
    Row("flare", "", signed_in("page"), signed_in("bad")),
    Row("flare_undo", "", NEEDS_POST, signed_in("moved")),
    Row("flare_end", "", NEEDS_POST, signed_in("moved")),
    Row("wishes", "", signed_in("page"), ONLY_READS),
    Row("wish", "a wish", signed_in("page"), signed_in("moved")),
]

PLANS = [
    Row("plans", "", signed_in("page"), ONLY_READS),
    Row("plan_new", "", signed_in("page"), signed_in("bad")),
    Row("plan_preview", "", NEEDS_POST, signed_in("page")),
    Row("plan_preview", "a plan", NEEDS_POST, owners("page")),
    Row("safety_net", "", signed_in("moved"), ONLY_READS),
    Row("plan", "a plan", owners("page"), owners("bad")),
    Row("plan_letters", "a plan", owners("page"), ONLY_READS),
    Row("plan_rehearse", "a plan", owners("page"), owners("moved")),
    Row("plan_pause", "a plan", NEEDS_POST, owners("bad")),
    Row("plan_resume", "a plan", NEEDS_POST, owners("moved")),
    Row("plan_zone", "a plan", NEEDS_POST, owners("moved")),
    Row("plan_end", "a plan", owners("page"), owners("moved")),
    Row("history", "", signed_in("page"), ONLY_READS),
    Row("silence_history", "a silence", owners("page"), ONLY_READS),
]

SUPPORT = [
    Row("support", "", signed_in("page"), ONLY_READS),
    Row("silence", "a silence", members("page"), members("bad")),
    Row("ladder_request", "their place", members("page"), members("bad")),
    Row("ladder_request", "another's place", owners("gone"), owners("gone")),
]

# Whoever holds the letter holds the key: its link is good without signing in, for this one thing.
# With whom asks are shared.
ASKED = (SEES_ASKS, FULL, LIMITED, ORGANISER)

ASKS = [
    Row("asks", "", signed_in("page"), READS),
    Row("ask_new", "", signed_in("page"), signed_in("bad")),
    Row("asks_for", "their network", only([ORGANISER], "page"), READS),
    Row("ask_new_for", "their network", only([ORGANISER], "page"), only([ORGANISER], "bad")),
    Row("ask", "an ask", managers("page"), READS),
    Row("ask_everybody", "an ask", POSTS, owners("moved")),
    Row("ask_stop", "an ask", POSTS, managers("moved")),
    Row("ask_soften", "a date", POSTS, managers("moved")),
    Row("ask_move", "a date", POSTS, managers("bad")),
    Row("ask_cancel", "a date", POSTS, managers("moved")),
    Row("ask_thank", "a date", POSTS, managers("moved")),
    # There is something for a calendar once somebody said yes.
    Row("ask_entry", "a date", owners("gone"), READS),
    Row("ask_entry", "a taken date", managers("page"), READS),
    Row("ask_gift", "", signed_in("page"), signed_in("bad")),
    Row("ask_gift_undo", "a gift", POSTS, owners("moved")),
    Row("ask_offer", "their membership", members("page"), members("moved")),
    Row("ask_offer", "another's membership", owners("gone"), owners("gone")),
    Row("asks_open", "", signed_in("page"), READS),
    Row("ask_open", "a date", only(ASKED, "page"), only(ASKED, "bad")),
    Row("ask_open", "a taken date", only(ASKED, "page"), only(ASKED, "bad")),
    Row("ask_by_mail", "an ask's token", everybody("page"), everybody("bad")),
    Row("ask_by_mail", "an ask's token, not shared", GONE, GONE),
    Row("ask_by_mail", "a former member's ask", GONE, GONE),
    Row("ask_entry_by_mail", "an ask's token", GONE, ONLY_READS),
    Row("ask_entry_by_mail", "a taken date's token", everybody("page"), ONLY_READS),
    Row("ask_calendar", "", signed_in("page"), signed_in("bad")),
    Row("ask_feed", "a feed", everybody("page"), ONLY_READS),
    Row("ask_feed", "nonsense", GONE, ONLY_READS),
]

LETTERS = [
    Row("check_in_by_mail", "the nudge's token", everybody("page"), everybody("page")),
    Row("check_in_by_mail", "nonsense", GONE, GONE),
    Row("alert_by_mail", "the alert's token", everybody("page"), everybody("bad")),
    Row("alert_by_mail", "a former member's alert", GONE, GONE),
    Row("alert_by_mail", "the nudge's token", GONE, GONE),
    Row("unsubscribe", "a stop", everybody("page"), everybody("page")),
    Row("unsubscribe", "nonsense", GONE, GONE),
    Row("sent_messages", "", signed_in("page"), READS),
    Row("address_works", "", NEEDS_POST, signed_in("moved")),
    Row("message_settings", "", signed_in("page"), signed_in("bad")),
]

CURATORS = (CURATOR, SUPERUSER)
# To everybody else the curators' desk is not there.
AT_DESK, POSTED_AT_DESK = only(CURATORS, "page"), only(CURATORS, "moved")
DESK_READS, DESK_POSTS = only(CURATORS, "only reads"), only(CURATORS, "needs post")
DESK_BAD = only(CURATORS, "bad")
GONE_IN = signed_in("gone")

CURATION = [
    *(Row(f"desk{page}", "", AT_DESK, DESK_READS) for page in ("", "_due", "_requests", "_conflicts")),
    *(Row(f"desk_{page}", "", AT_DESK, DESK_READS) for page in ("listings", "duplicates", "links", "claims")),
    *(Row(f"desk_{page}", "", AT_DESK, DESK_READS) for page in ("feedback", "figures")),
    Row("desk_not_listed", "", AT_DESK, DESK_BAD),
    Row("desk_take", "a queue", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_take", "no queue", DESK_POSTS, GONE_IN),
    Row("desk_request", "a proposal", AT_DESK, POSTED_AT_DESK),
    Row("desk_give_back", "a proposal", DESK_POSTS, POSTED_AT_DESK),
    *(Row(f"desk_{page}", "a listing", AT_DESK, DESK_READS) for page in ("listing", "history")),
    *(Row(f"desk_{page}", "a listing", AT_DESK, DESK_BAD) for page in ("verify", "place_new")),
    Row("desk_rules", "a listing", AT_DESK, POSTED_AT_DESK),
    Row("desk_topics", "a listing", AT_DESK, POSTED_AT_DESK),
    Row("desk_terms", "", AT_DESK, DESK_READS),
    Row("desk_term_new", "", AT_DESK, DESK_BAD),
    Row("desk_term", "a topic", AT_DESK, DESK_BAD),
    Row("desk_synonyms", "", AT_DESK, DESK_READS),
    Row("desk_synonym_new", "", AT_DESK, DESK_BAD),
    Row("desk_synonym", "words that mean the same", AT_DESK, DESK_BAD),
    Row("desk_synonym_remove", "words that mean the same", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_section", "a listing's part", AT_DESK, DESK_BAD),
    Row("desk_section", "no part of a listing", GONE_IN, GONE_IN),
    Row("desk_place", "a listing's place", AT_DESK, DESK_BAD),
    Row("desk_place_remove", "a listing's place", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_undo", "a change", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_state", "an act", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_duplicate", "a pair", AT_DESK, POSTED_AT_DESK),
    Row("desk_not_the_same", "a pair", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_claim", "a claim", AT_DESK, GONE_IN),
    Row("desk_feedback_read", "words", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_imports", "", AT_DESK, DESK_BAD),
    Row("desk_import", "an import", AT_DESK, DESK_READS),
    Row("desk_import_cancel", "an import", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_import_take_over", "an import", DESK_POSTS, POSTED_AT_DESK),
    Row("desk_quarantine", "its source", AT_DESK, DESK_READS),
    Row("desk_quarantine_retry", "its source", DESK_POSTS, POSTED_AT_DESK),
]

DIRECTORY = [
    Row("resources", "", everybody("page"), ONLY_READS),
    Row("help_now", "", everybody("page"), ONLY_READS),
    Row("my_listings", "", signed_in("page"), READS),
    Row("claim_listing", "a listing", signed_in("page"), signed_in("bad")),
    Row("claim_listing", "a draft", GONE_IN, GONE_IN),
    Row("my_listing", "a listing", only([OTHER_OWNER], "page"), only([OTHER_OWNER], "bad")),
    Row("claim_end", "a claim", POSTS, only([OTHER_OWNER], "moved")),
    Row("still_right", "a listing's link", everybody("page"), everybody("bad")),
    Row("still_right", "nonsense", GONE, GONE),
    Row("resource", "a listing", everybody("page"), ONLY_READS),
    Row("resource", "a draft", only([CURATOR, SUPERUSER], "page", anonymous="gone"), ONLY_READS),
    Row("resource_paper", "a listing", everybody("page"), ONLY_READS),
    Row("resource_paper", "a draft", only([CURATOR, SUPERUSER], "page", anonymous="gone"), ONLY_READS),
    Row("resource_problem", "a listing", everybody("page"), everybody("bad")),
    Row("resource_correct", "a listing", everybody("page"), everybody("bad")),
    Row("resource_suggest", "", everybody("page"), everybody("bad")),
    Row("saved", "", signed_in("page"), READS),
    Row("search_save", "", signed_in("page"), signed_in("bad")),
    Row("search_drop", "the owner's search", POSTS, owners("moved")),
    Row("in_the_way", "", signed_in("page"), signed_in("moved")),
    Row("in_the_way_erase", "", POSTS, signed_in("moved")),
    Row("picks_wish", "", POSTS, signed_in("moved")),
    Row("resource_save", "a listing", POSTS, signed_in("moved")),
    Row("resource_drop", "a listing", POSTS, signed_in("moved")),
    Row("how_it_was", "a listing", signed_in("page"), signed_in("bad")),
    Row("how_it_was_erase", "a listing", POSTS, signed_in("moved")),
    Row("all_told", "", signed_in("page"), READS),
    Row("told", "what the owner told", owners("page") | {ANONYMOUS: "gone"}, ONLY_READS),
    Row("told_take_back", "what the owner told", POSTS, owners("moved")),
    Row("resource_times", "no time of a listing", GONE, ONLY_READS),
    Row("resource_pass_on", "a listing", everybody("page"), everybody("page")),
    Row("resource_to_network", "a listing", signed_in("page"), signed_in("bad")),
    # The directory for other programs says the same to everybody, whoever they are.
    Row("directory_documentation", "", everybody("page"), ONLY_READS),
    Row("hsds:openapi-json", "", everybody("page"), ONLY_READS),
    Row("hsds:api-root", "", everybody("page"), ONLY_READS),
    Row("hsds:about", "", everybody("page"), ONLY_READS),
    Row("hsds:services", "", everybody("page"), ONLY_READS),
    Row("hsds:service", "a listing's id", everybody("page"), ONLY_READS),
    Row("hsds:service", "a draft's id", GONE, ONLY_READS),
    Row("hsds:organizations", "", everybody("page"), ONLY_READS),
    Row("hsds:organization", "its organization's id", everybody("page"), ONLY_READS),
    Row("hsds:service_at_locations", "", everybody("page"), ONLY_READS),
    Row("hsds:service_at_location", "a listing's id", GONE, ONLY_READS),
    Row("hsds:taxonomies", "", everybody("page"), ONLY_READS),
    Row("hsds:taxonomy", "a listing's id", GONE, ONLY_READS),
    Row("hsds:taxonomy_terms", "", everybody("page"), ONLY_READS),
    Row("hsds:taxonomy_term", "a listing's id", GONE, ONLY_READS),
]

DESK_DOOR = only([CURATOR, SUPERUSER], "moved", others="no")

# The desk, by the pattern of an address's name, or of its route where it has none: the first that matches counts.
DESK = [
    Row("admin:index", "", staff("page"), staff("page")),
    Row("admin*login*", "", DESK_DOOR, DESK_DOOR),
    Row(
        "admin:logout",
        "",
        only([CURATOR, SUPERUSER], "needs post", others="moved", anonymous="moved"),
        only([CURATOR, SUPERUSER], "page", others="moved", anonymous="moved"),
    ),
    Row("admin*password_change*", "", everybody("moved"), everybody("moved")),
    Row("admin:autocomplete", "", staff("no"), staff("only reads")),
    Row("admin:jsi18n", "", staff("page"), staff("only reads")),
    Row("admin:view_on_site", "anything", GONE, GONE),
    Row("admin/r/<path:what>", "", GONE, GONE),
    Row("admin:app_list", "an app", staff("gone", "page"), staff("gone", "page")),
    Row("admin/*/<path:object_id>/", "", staff("moved"), staff("moved")),
    Row("admin/(?P<url>*)$", "", staff("gone"), staff("gone")),
    # The directory is the curators'; what was verified, where it came from and who it is by is not taken out.
    Row("admin:resources_service_verify", "the desk", staff("page"), staff("bad")),
    Row("admin:resources_service_publish", "the desk", staff("needs post"), staff("moved")),
    Row("admin:resources_service_withdraw", "the desk", staff("needs post"), staff("moved")),
    Row("admin:resources_service_archive", "the desk", staff("needs post"), staff("moved")),
    Row("admin:resources_source_add", "the desk", staff("no", "page"), staff("no", "page")),
    Row("admin:resources_source_change", "the desk", staff("page"), staff("no", "page")),
    Row("admin:resources_source_delete", "the desk", staff("no", "page"), staff("no", "page")),
    Row("admin:resources_service_delete", "the desk", staff("no", "page"), staff("no", "page")),
    Row("admin:resources_organization_delete", "the desk", staff("no", "page"), staff("no", "page")),
    Row("admin:resources_*", "the desk", staff("page"), staff("page")),
    # What is somebody's own is counted there, and not opened.
    Row("admin:networks_*_changelist", "the desk", staff("no", "page"), staff("no", "page")),
    Row("admin:networks_*_delete", "the desk", staff("no", "page"), staff("no", "page")),
    Row("admin:networks_*", "the desk", staff("no"), staff("no")),
    # Nobody writes a consent, a message or a heartbeat by hand.
    Row("admin:accounts_*consent_delete", "the desk", staff("no"), staff("no")),
    Row("admin:accounts_*_add", "the desk", staff("no"), staff("no")),
    Row("admin:outbox_*_add", "the desk", staff("no"), staff("no")),
    Row("admin:accounts_*consent_change", "the desk", staff("no", "page"), staff("no")),
    Row("admin:outbox_*_change", "the desk", staff("no", "page"), staff("no")),
    Row("admin:accounts_user_change", "the desk", staff("no", "page"), staff("no", "moved")),
    Row("admin:accounts_*", "the desk", staff("no", "page"), staff("no", "page")),
    Row("admin:outbox_*", "the desk", staff("no", "page"), staff("no", "page")),
    Row("admin:auth_*", "the desk", staff("no", "page"), staff("no", "page")),
]

TABLE = [
    *(*FRONT, *ACCOUNT, *NETWORK, *KEEPING_WARM, *SHARING, *INVITED, *JOINING),
    *(*TODAY, *PLANS, *SUPPORT, *ASKS, *LETTERS, *DIRECTORY, *CURATION),
]
