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
from networks.services.memberships import (
    change_shares,
    end_break,
    end_limit,
    end_membership,
    limit,
    take_break,
)
from networks.services.roles import agree_to_organise, ask_to_organise, stop_organising
from networks.services.signals import send_signal, set_weekly_cap
from networks.services.ties import add_tie, archive_tie, edit_tie, remove_tie, restore_tie
from networks.services.touches import by_member_on, log_touch, log_touch_as_member, tell_touch, undo_touch

__all__ = [
    "MOST_A_DAY",
    "accept",
    "add_tie",
    "agree_to_organise",
    "archive_tie",
    "ask_to_organise",
    "by_member_on",
    "change_shares",
    "decline",
    "edit_tie",
    "end_break",
    "end_limit",
    "end_membership",
    "invite",
    "limit",
    "log_touch",
    "log_touch_as_member",
    "remove_tie",
    "resend",
    "restore_tie",
    "stop_organising",
    "sweep_invitations",
    "send_signal",
    "set_weekly_cap",
    "take_break",
    "tell_touch",
    "undo_touch",
    "withdraw",
]
