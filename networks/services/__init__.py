"""What can be done to a network. Every verb is one transaction and says who does it in `by`."""

from networks.services.invitations import (
    MOST_A_DAY,
    accept,
    decline,
    invite,
    resend,
    sweep_invitations,
    withdraw,
)
from networks.services.joining import approve, ask_to_join, make_link, revoke_links, take_back, turn_down
from networks.services.memberships import (
    change_shares,
    end_break,
    end_limit,
    end_membership,
    limit,
    sweep_share_ends,
    take_break,
)
from networks.services.roles import agree_to_organise, ask_to_organise, stop_organising
from networks.services.signals import send_signal, set_weekly_cap
from networks.services.suggestions import (
    answer_suggestion,
    in_touch_by_letter,
    leave_gap,
    suggest,
    sweep_suggestions,
    wants_no_suggestions,
    wish_for_suggestions,
)
from networks.services.ties import add_tie, archive_tie, edit_tie, remove_tie, restore_tie
from networks.services.touches import by_member_on, log_touch, log_touch_as_member, tell_touch, undo_touch
from networks.services.words import forget_words, keep_words

__all__ = [
    "MOST_A_DAY",
    "accept",
    "add_tie",
    "agree_to_organise",
    "answer_suggestion",
    "approve",
    "archive_tie",
    "ask_to_join",
    "ask_to_organise",
    "by_member_on",
    "change_shares",
    "decline",
    "edit_tie",
    "end_break",
    "end_limit",
    "end_membership",
    "forget_words",
    "in_touch_by_letter",
    "invite",
    "keep_words",
    "leave_gap",
    "limit",
    "log_touch",
    "log_touch_as_member",
    "make_link",
    "remove_tie",
    "resend",
    "restore_tie",
    "revoke_links",
    "send_signal",
    "set_weekly_cap",
    "stop_organising",
    "suggest",
    "sweep_invitations",
    "sweep_share_ends",
    "sweep_suggestions",
    "take_back",
    "take_break",
    "tell_touch",
    "turn_down",
    "undo_touch",
    "wants_no_suggestions",
    "wish_for_suggestions",
    "withdraw",
]
