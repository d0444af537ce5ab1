"""The verbs of this room."""

from asks.services.around import make_feed, note_gift, offer, revoke_feed, take_back_gift
from asks.services.asking import ask
from asks.services.changing import cancel, cancel_ask, move, soften, widen
from asks.services.looking import sweep_asks
from asks.services.taking import hand_back, take, thank

__all__ = [
    "ask",
    "cancel",
    "cancel_ask",
    "hand_back",
    "make_feed",
    "move",
    "note_gift",
    "offer",
    "revoke_feed",
    "soften",
    "sweep_asks",
    "take",
    "take_back_gift",
    "thank",
    "widen",
]
