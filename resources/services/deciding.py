"""A curator decides what somebody proposed. One transaction: applied, written down, answered."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from outbox import services as outbox
from resources import fields
from resources.errors import CannotDecide, NotWanted
from resources.models import Change, ChangeRequest, Claim, FieldChange, Organization, Service
from resources.services import applying, history, holding, leasing, offering, refusing
from resources.services.owning import speaks_for

Decision = ChangeRequest.Decision
# So long after the answer the address of somebody without an account is kept: it may come late.
ADDRESS_KEPT = dt.timedelta(days=30)
BATCH = 500
# Where a proposal says how its organisation is reached.
WAYS = (("service", "url"), ("service", "email"), ("organization", "website"), ("organization", "email"))


@dataclass(frozen=True)
class Line:
    """One field of a proposal, as a curator looks at it. `now` differs from `before` when it changed since.

    `of`: which of several rows it belongs to, where the label does not say so.
    """

    change: FieldChange
    label: str
    of: str
    before: str
    after: str
    now: str
    moved: bool


def lines(request: ChangeRequest) -> list[Line]:
    """What is proposed, field by field, beside what the listing says now."""
    changes = list(request.fields.all())
    live = _live(changes)
    return [_line(one, live.get((one.table, one.row))) for one in changes]


def _live(changes: list[FieldChange]) -> dict[tuple[str, uuid.UUID | None], models.Model]:
    """The rows they speak of, one query for each table."""
    wanted: dict[str, set[uuid.UUID]] = {}
    for one in changes:
        if one.row and one.table in fields.TABLES:
            wanted.setdefault(one.table, set()).add(one.row)
    return {
        (table, pk): row
        for table, pks in wanted.items()
        for pk, row in fields.TABLES[table]._default_manager.in_bulk(pks).items()
    }


def _line(one: FieldChange, live: models.Model | None) -> Line:
    field = fields.field_of(one.table, one.field)
    now = fields.plain(getattr(live, field.attname)) if field and live else None
    said = [fields.said(one.table, one.field, value) for value in (one.before, one.after, now)]
    moved = one.row is not None and (now or None) != (fields.plain(one.before) or None)
    label, of = fields.label(one.table, one.field), _row(one, live)
    return Line(one, label, "" if of in said else of, said[0], said[1], said[2], moved)


def _row(one: FieldChange, live: models.Model | None) -> str:
    if one.group:
        return _("A new line")
    return fields.called(live) if live and one.table not in ("service", "organization") else ""


def decide(
    *,
    request: ChangeRequest,
    by: User,
    taken: Mapping[int, Any] | None = None,
    refuse: bool = False,
    reason: str = "",
    now: dt.datetime | None = None,
    shown: int | None = None,
) -> ChangeRequest:
    """Take over what `taken` names (FieldChange pk to its value; None: all as proposed), or refuse it all.

    `shown`: the last field they were shown. What an import added to its question since stays a question.

    Raises CannotDecide when it is decided, is the curator's own, lacks a reason somebody waits for, or makes no sense
    in the listing; InOtherHands; NotWanted for a new listing of somebody who asked not to be listed.
    """
    now = now or timezone.now()
    try:
        with transaction.atomic():
            return _decide(request, by, taken, refuse, reason.strip(), now, shown)
    except IntegrityError as error:
        why = _("The directory’s rules do not allow that. Look at the values again.")
        raise CannotDecide(why) from error


def _decide(
    request: ChangeRequest,
    by: User,
    taken: Mapping[int, Any] | None,
    refuse: bool,
    reason: str,
    now: dt.datetime,
    shown: int | None,
) -> ChangeRequest:
    # Whoever makes two listings one holds them, and then moves what was proposed for them: the same order here.
    home = ChangeRequest.objects.values_list("service", flat=True).get(pk=request.pk)
    if home:
        holding.hold(home)
    held = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if held.service_id != home:
        raise CannotDecide(_("This belongs to another listing now. Look at it again, then decide."))
    if refuse and held.kind == ChangeRequest.Kind.CONFLICT:
        # No person reads it.
        reason = reason or _("What stands here stays.")
    _may_decide(held, by, refuse, reason, now)
    # What a person sent is theirs as a whole, and stays so.
    if shown is not None and held.kind == ChangeRequest.Kind.CONFLICT:
        _ask_on(held, held.fields.filter(pk__gt=shown))
    if refuse:
        held.fields.update(refused_at=now)
        held.decision = Decision.REFUSED
    else:
        held.decision = _take_over(held, by, taken, reason, now)
    held.decided_at, held.decided_by, held.reason = now, by, reason
    held.leased_by = held.leased_until_at = None
    held.save()
    answer(held, now=now)
    return held


def _ask_on(held: ChangeRequest, unseen: QuerySet[FieldChange]) -> None:
    if unseen.exists():
        more = ChangeRequest.objects.create(kind=held.kind, service=held.service, source=held.source)
        unseen.update(request=more)


def _may_decide(held: ChangeRequest, by: User, refuse: bool, reason: str, now: dt.datetime) -> None:
    if held.decided_at:
        raise CannotDecide(_("Somebody has decided this already. Take the next one."))
    if is_own(held, by):
        raise CannotDecide(
            _("You proposed this yourself, or speak for its organisation. Somebody else has to look at it.")
        )
    leasing.refuse_if_held(held, by=by, now=now)
    if refuse and not reason:
        raise CannotDecide(_("Say why, in words the sender can read."))


def is_own(request: ChangeRequest, by: User) -> bool:
    """Theirs by whichever door it came in: their account, one of their addresses, an organisation they speak for.

    What others propose for a listing of that organisation is theirs, too.
    """
    if request.sent_by_id == by.pk or (request.service and speaks_for(request.service, by)):
        return True
    house, address = request.on_behalf_of_id, request.sent_by_email
    speaks = Claim.objects.filter(organization=house, claimed_by=by).exclude(state=Claim.State.DENIED)
    wrote = EmailAddress.objects.filter(user=by, email__iexact=address)
    same = bool(address) and (address.lower() == by.email.lower() or wrote.exists())
    return same or bool(house and speaks.exists())


def _take_over(
    held: ChangeRequest, by: User, taken: Mapping[int, Any] | None, reason: str, now: dt.datetime
) -> str:
    changes = list(held.fields.all())
    wanted = {one.pk: one.after for one in changes} if taken is None else dict(taken)
    for one in changes:
        if one.pk in wanted:
            one.taken, one.taken_at = wanted[one.pk], now
        else:
            one.refused_at = now
    service = held.service or _new_listing(changes, by)
    accepted = [one for one in changes if one.taken_at]
    how = Change.How.DECIDED if held.service_id else Change.How.ADDED
    try:
        with history.noting(service=service, by=by, how=how, why=reason or held.note, request=held):
            applying.apply(service=service, changes=accepted)
    except ValidationError as error:
        raise CannotDecide(" ".join(error.messages)) from error
    held.service = service
    offering.note_taken(held, accepted)
    FieldChange.objects.bulk_update(changes, ["taken", "taken_at", "refused_at"])
    same = all(one.taken_at and one.taken == one.after for one in changes)
    return Decision.APPROVED if same else Decision.EDITED


def _new_listing(changes: list[FieldChange], by: User) -> Service:
    """A draft of its own, of an organisation we know by that name or a new one. Nothing is public yet."""
    said = {(one.table, one.field): str(one.taken or "") for one in changes if one.taken_at}
    house = said.get(("organization", "name"), "") or said.get(("service", "name"), "")
    name = said.get(("service", "name"), "") or house
    if not name:
        raise CannotDecide(_("A new listing needs a name. Write one, then take it over."))
    _refuse_unwanted(said, name, house)
    known = Organization.objects.filter(name__iexact=house).order_by("created_at").first()
    organization = known or Organization.objects.create(name=house[:255])
    if known:
        _leave_alone(changes, "organization")
    return Service.objects.create(organization=organization, name=name[:255])


def _leave_alone(changes: list[FieldChange], table: str) -> None:
    """An addition fills what a known organisation lacks through a curator, not by itself."""
    for one in changes:
        if one.table == table and one.taken_at:
            one.taken_at, one.taken, one.refused_at = None, None, one.taken_at


def _refuse_unwanted(said: Mapping[tuple[str, str], str], name: str, house: str) -> None:
    ways = [said.get(key, "") for key in WAYS]
    if refusing.note_of(names=[name, house], ways=ways, numbers=[said.get(("phone", "number"), "")]):
        raise NotWanted(_("They asked not to be listed. Refuse this, and say so kindly."))


def answer(request: ChangeRequest, *, now: dt.datetime) -> None:
    """What became of it, to whoever sent it, if they left an address."""
    if request.sent_by_id or request.sent_by_email:
        outbox.queue(
            kind="resources/decided",
            dedupe_key=_key(request.pk),
            recipient=request.sent_by,
            address="" if request.sent_by_id else request.sent_by_email.lower(),
            params={"request": str(request.pk)},
            not_before=now,
        )


def _key(request: uuid.UUID) -> str:
    return f"resources/decided:{request}"


def forget_senders(*, now: dt.datetime) -> int:
    """Erase addresses that were left for an answer alone, and the answers that went there. Returns how many."""
    answered = ChangeRequest.objects.filter(decided_at__lte=now - ADDRESS_KEPT).exclude(sent_by_email="")
    done = 0
    while some := list(answered.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            outbox.erase(keys=[_key(pk) for pk in some])
            done += ChangeRequest.objects.filter(pk__in=some).update(sent_by_email="")
    return done
