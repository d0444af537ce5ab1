"""What somebody proposes goes to the curators as a letter. The live record is left alone."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from resources import fields
from resources.errors import CannotPropose
from resources.models import ChangeRequest, FieldChange, Organization, Service
from resources.services import holding

# What whoever comes by may propose to change, of `fields.TABLES`.
OFFERED = {"service", "organization", "location", "address", "phone", "schedule"}
# More of one organisation at a time a curator cannot tell apart.
MOST_WAITING = 5
LINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Proposal:
    """One field as it should be. `row`: which record of `table`; None and a `group` for a new one."""

    table: str
    field: str
    after: Any
    row: uuid.UUID | None = None
    group: int = 0


@transaction.atomic
def propose(
    *,
    kind: str,
    service: Service | None = None,
    changes: Iterable[Proposal] = (),
    by: User | None = None,
    email: str = "",
    on_behalf_of: Organization | None = None,
    form_key: uuid.UUID | None = None,
    **said: str,
) -> ChangeRequest:
    """Write it down for a curator, with what each field says now. The same form sent twice is one letter.

    `on_behalf_of`: the organisation itself says so. `said`: problem, note, evidence, evidence_url. Raises
    CannotPropose when nothing is proposed, a value is not one its field can have, or much of them waits already.
    """
    stays = holding.the_one_that_stays(service) if service else None
    sent = ChangeRequest.objects.filter(form_key=form_key).first() if form_key else None
    if sent and (sent.service_id, sent.sent_by_id) == (stays and stays.pk, by and by.pk):
        return sent
    if stays and on_behalf_of:
        _refuse_too_many(stays, on_behalf_of)
    differing = [field for change in changes if (field := _field_change(change, service))]
    if not differing and not any(said.get(name) for name in ("problem", "note")):
        raise CannotPropose(
            _("Nothing is different yet. Change what is wrong, or tell us in your own words.")
        )
    request, created = ChangeRequest.objects.get_or_create(
        form_key=uuid.uuid4() if sent or not form_key else form_key,
        defaults={
            "kind": kind,
            "service": stays,
            "sent_by": by,
            "sent_by_email": "" if by else email,
            "on_behalf_of": on_behalf_of,
            "language": (get_language() or "")[:10],
            **said,
        },
    )
    if not created:
        return request
    for field in differing:
        field.request = request
    FieldChange.objects.bulk_create(differing)
    return request


def _refuse_too_many(service: Service, house: Organization) -> None:
    """Those who send at once have waited for each other."""
    if service.change_requests.filter(decided_at=None, on_behalf_of=house).count() >= MOST_WAITING:
        raise CannotPropose(
            _("Several of your changes are waiting for a curator already. Please wait for them.")
        )


def _field_change(change: Proposal, service: Service | None) -> FieldChange | None:
    """With what it says now; None where that is the same."""
    before = _now(change, service)
    # What somebody left as it stands is nothing they say, even where our own rules would not take it.
    if same(before, change.after):
        return None
    after = fields.plain(_checked(change))
    if same(before, after) or not (after or before):
        return None
    place = {"table": change.table, "row": change.row, "group": change.group}
    return FieldChange(**place, field=change.field, before=before, after=after)


def same(before: Any, after: Any) -> bool:
    """In whatever order the ticks of a list come, and however a browser ends its lines: where lines end, counts."""
    if isinstance(before, list) and isinstance(after, list):
        return sorted(before) == sorted(after)
    if isinstance(before, str) and isinstance(after, str):
        return _lines(before) == _lines(after)
    return bool(before == after)


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in LINE.split(text.strip())]


def _now(change: Proposal, service: Service | None) -> Any:
    if change.row is None or service is None:
        return None
    row = fields.rows_of(service, change.table).filter(pk=change.row).first()
    if row is None:
        raise CannotPropose(_("Part of this page has just changed. Look at it again, then tell us."))
    return fields.plain(getattr(row, change.field))


def _checked(change: Proposal) -> Any:
    """By the rules of the model itself."""
    field = fields.field_of(change.table, change.field) if change.table in OFFERED else None
    if field is None:
        raise CannotPropose(_("That cannot be changed here. Report it as a problem instead."))
    if change.after in (None, "", []):
        if change.row and not field.blank:
            words = _("“%(name)s” cannot be empty. If it is wrong and you know no better, report a problem.")
            raise CannotPropose(words % {"name": str(field.verbose_name).capitalize()})
        return change.after
    try:
        return fields.python(change.table, change.field, change.after)
    except ValidationError as error:
        raise CannotPropose(" ".join(error.messages)) from error


@transaction.atomic
def take_back(*, request: ChangeRequest, by: User, now: dt.datetime) -> bool:
    """Whoever sent it wants it no more. False when it was decided meanwhile, or taken back already."""
    waiting = ChangeRequest.objects.filter(pk=request.pk, sent_by=by, decided_at=None)
    return bool(waiting.update(decided_at=now, decided_by=by, decision=ChangeRequest.Decision.WITHDRAWN))
