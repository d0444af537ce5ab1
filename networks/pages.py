"""What the pages about ties show. Reads, changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from accounts.models import User
from networks import between, finding, gaps, rows
from networks.forms import TouchForm
from networks.models import Tie, Touch

SHOWN_TOUCHES = 12


def network(user: User, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The picture and the list of those who were asked for, mostly everybody."""
    now = timezone.localtime()
    find = finding.FindForm(asked)
    wanted = finding.Wanted.of(find)
    everybody = rows.of(Tie.objects.visible_to(user).in_order().with_standing(), now=now)
    groups = rows.groups([row for row in everybody if wanted.fits(row)])
    return {
        "nav": "network",
        "groups": groups,
        "pictures": rows.pictures(groups),
        "everybody": everybody,
        "anybody": bool(everybody),
        "found": any(group.rows for group in groups),
        "find": find,
        "finding": not wanted.everybody,
    }


def of_tie(tie: Tie, form: TouchForm) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "nav": "network",
        "tie": tie,
        "form": form,
        "row": rows.row(tie, now=now),
        "rhythm": rows.rhythm(tie),
        "words": _words(tie, now),
        "touches": tie.touches.order_by("-happened_at", "-pk")[:SHOWN_TOUCHES],
        "invitation_state": tie.invitation.state(now) if tie.invitation else "",
    }


def _words(tie: Tie, now: dt.datetime) -> between.Words:
    """What they and the owner said last, if they joined."""
    joined = tie.membership
    return between.words([joined], reader=tie.owner, now=now)[joined.pk] if joined else between.Words()


def quiet(user: User) -> list[rows.Row]:
    """Beyond their at-most interval, in the order of the list: nobody is ranked by how long it was."""
    now = timezone.localtime()
    found = rows.of(Tie.objects.visible_to(user).in_order().with_standing(), now=now)
    return [row for row in found if row.is_quiet]


def heard(ties: Iterable[Tie], user: User, now: dt.datetime) -> list[between.Heard]:
    """What members said lately, of those who are already loaded."""
    joined = [tie.membership for tie in ties]
    return between.heard([one for one in joined if one], owner=user, now=now)


def gap(page: Mapping[str, Any], *, not_now_at: dt.datetime | None) -> gaps.Gap | None:
    """One question at a time: none beside an offer, and none for whoever is looking for somebody."""
    if page["offer"] or page["finding"]:
        return None
    return gaps.ask((row.tie for row in page["everybody"]), not_now_at=not_now_at, now=timezone.now())


def just_logged(user: User, touch_pk: str) -> Touch | None:
    """The contact that was just logged, so that it can be taken back."""
    if not touch_pk.isdecimal():
        return None
    ties = Tie.objects.visible_to(user)
    return Touch.objects.filter(tie__in=ties, logged_by=user, pk=touch_pk[:18]).select_related("tie").first()
