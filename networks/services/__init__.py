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
from networks.services.memberships import change_shares, end_break, end_membership, take_break
from networks.services.ties import add_tie, edit_tie, log_touch, remove_tie, undo_touch

__all__ = [
    "MOST_A_DAY",
    "accept",
    "add_tie",
    "change_shares",
    "decline",
    "edit_tie",
    "end_break",
    "end_membership",
    "invite",
    "log_touch",
    "remove_tie",
    "resend",
    "sweep_invitations",
    "take_break",
    "undo_touch",
    "withdraw",
]
