"""How people want to hear from us, asked for many at once."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from outbox.models import BrokenAddress, Channel, ChannelPreference


def of(user_ids: Iterable[int], channel: str = Channel.EMAIL) -> dict[int, ChannelPreference]:
    """Everybody's preference on that channel, in one query. Who never said anything gets the defaults, unsaved."""
    wanted = set(user_ids)
    rows = ChannelPreference.objects.filter(person__in=wanted, channel=channel)
    said = {row.person_id: row for row in rows}
    return {pk: said.get(pk) or ChannelPreference(person_id=pk, channel=channel) for pk in wanted}


def broken(users: Iterable[User], channel: str = Channel.EMAIL) -> set[int]:
    """The ids of those whose address on that channel takes no messages, in one query."""
    by_address = {user.email.lower(): user.pk for user in users}
    found = BrokenAddress.objects.filter(channel=channel, address__in=by_address)
    return {by_address[address] for address in found.values_list("address", flat=True)}
