"""What a reader may stop with one click besides reminders. Apps above register theirs; the outbox knows none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """Kept by the app that registers it, for a person and not for a channel. `template` is the page of its link."""

    stop: Callable[[int, dt.datetime], None]  # whose, and now
    go_on: Callable[[int], None]
    has_stopped: Callable[[int], bool]
    template: str


_wishes: dict[str, Wish] = {}


def register(what: str, wish: Wish) -> None:
    _wishes[what] = wish


def of(what: str) -> Wish | None:
    """None for what is kept in `ChannelPreference`, and for what nobody registered."""
    return _wishes.get(what)
