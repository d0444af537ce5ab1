"""The network as a file: contact cards for phones, a table for everything else.

Cards are vCard 3.0: every phone reads it, while Android and Outlook know 4.0 in part or not at all. What a card has no
field for (circle, kinds of support, how often) goes into fields of ours, which others pass over and we read again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import vobject
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import formulas
from networks.contacts.card import Contact
from networks.contacts.vcard import OURS
from networks.models import Tie

_EXTRA = (
    "kind",
    "circle",
    "relationship",
    "supports",
    "ideal_days",
    "at_most_days",
    "helps",
    "hinders",
    "energy",
)
_PRIVATE = ("helps", "hinders", "energy")
_HEADINGS = {
    **{"name": "Name", "phone": "Phone", "email": "E-mail", "kind": "Tie kind", "circle": "Circle"},
    **{"relationship": "Relationship", "supports": "Supports", "ideal_days": "Ideal days"},
    **{"at_most_days": "At most days", "helps": "Helps", "hinders": "Hinders", "energy": "Energy"},
}


class ExportForm(forms.Form):
    all_optional = True
    format = forms.ChoiceField(
        label=_("What for?"),
        choices=[("vcard", _("A phone or an address book (.vcf)")), ("csv", _("A table (.csv)"))],
        initial="vcard",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the file is for.")},
    )
    archived = forms.BooleanField(label=_("With those you let go for now"), required=False)
    private = forms.BooleanField(
        label=_("With your private notes"),
        help_text=_("What helps, what doesn’t, and energy. Tick this only if the file stays with you."),
        required=False,
    )


def contact(tie: Tie, *, private: bool) -> Contact:
    """What of a tie goes into a file. Notes and energy only if the owner ticked it."""
    noted = {name: getattr(tie, name) for name in _PRIVATE} if private else {}
    return Contact(
        name=tie.name,
        kind=tie.kind,
        circle=tie.circle,
        relationship=tie.relationship,
        supports=tuple(tie.supports),
        phone=tie.phone,
        email=tie.email,
        ideal_days=tie.ideal_days,
        at_most_days=tie.at_most_days,
        **noted,
    )


def to_vcard(contacts: Iterable[Contact]) -> bytes:
    return "".join(_card(one) for one in contacts).encode()


def _card(one: Contact) -> str:
    card = vobject.vCard()
    card.add("fn").value = one.name
    card.add("n").value = _structured(one)
    for name in ("tel", "email"):
        value = one.phone if name == "tel" else one.email
        if value:
            card.add(name).value = value
    for field in _EXTRA:
        value = _words(one, field)
        if value:
            card.add(f"{OURS}{field.replace('_', '-')}").value = value
    return str(card.serialize())


def _structured(one: Contact) -> vobject.vcard.Name:
    """The last word as the family's name: a guess that only sorting leans on. The name itself is in FN."""
    given, _blank, family = one.name.rpartition(" ")
    return vobject.vcard.Name(given=given or family, family=family if given else "")


def to_csv(contacts: Iterable[Contact]) -> bytes:
    """With a byte-order mark, which is how Excel knows that it is UTF-8."""
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(_HEADINGS.values())
    for one in contacts:
        table.writerow(formulas.harmless(_words(one, field)) for field in _HEADINGS)
    return out.getvalue().encode("utf-8-sig")


def _words(one: Contact, field: str) -> str:
    value = getattr(one, field)
    return " ".join(value) if isinstance(value, tuple) else str(value or "")


@dataclass(frozen=True)
class Format:
    ending: str
    content_type: str
    write: Callable[[Iterable[Contact]], bytes]


FORMATS = {
    "vcard": Format("vcf", "text/vcard; charset=utf-8", to_vcard),
    "csv": Format("csv", "text/csv; charset=utf-8", to_csv),
}
