"""The page on which an owner looks through the contacts of a file: what it shows, and what comes back from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from networks.contacts import same
from networks.contacts.card import Contact
from networks.contacts.looking import Pick
from networks.models import Circle, Tie, TieKind

A_PAGE = 50
# Up to here a file may well be "my people", and all are ticked. Beyond, it is an address book to choose from.
FEW = 30


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy(
            "A .vcf file from a phone, or a .csv file from Google, Outlook or a table. Up to 2 MB."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".vcf,.vcard,.csv,.txt,text/vcard,text/csv"}),
        error_messages={
            "required": gettext_lazy("Choose a file of up to 2 MB."),
            "empty": gettext_lazy("There is nothing in this file. Choose another one."),
        },
    )

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def clean_file(self) -> Any:
        if self.cleaned_data["file"].size > self.most:
            raise forms.ValidationError(_("Choose a file of up to 2 MB."))
        return self.cleaned_data["file"]


class PickForm(forms.Form):
    """One contact: whether, where, as what. What is not one of the choices keeps what was there before."""

    take = forms.BooleanField(required=False)
    circle = forms.ChoiceField(choices=Circle.choices)
    kind = forms.ChoiceField(choices=TieKind.choices)

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"circle": _("Circle of %(name)s"), "kind": _("What %(name)s is")}
        for field, label in words.items():
            self.fields[field].widget.attrs |= {"aria-label": label % {"name": name}, "class": "input"}


class AllForm(forms.Form):
    """A circle for everybody at once."""

    all_optional = True
    circle_for_all = forms.ChoiceField(label=gettext_lazy("A circle for all of them"), choices=Circle.choices)


@dataclass
class Line:
    """One contact on the page, and whom of the network it may be."""

    contact: Contact
    form: PickForm
    tie: Tie | None = None
    why: str = ""
    again: bool = False

    @property
    def facts(self) -> list[str]:
        one = self.contact
        return [fact for fact in (one.relationship, one.phone, one.email) if fact]


def first_picks(contacts: Sequence[Contact], ties: Sequence[Tie]) -> list[Pick]:
    """Nobody who may be in the network already, and nobody at all of a whole address book."""
    few = len(contacts) <= FEW
    return [
        Pick(few and new, one.circle or Circle.WIDER.value, one.kind)
        for one, new in zip(contacts, surely_new(contacts, ties), strict=True)
    ]


def surely_new(contacts: Sequence[Contact], ties: Sequence[Tie]) -> list[bool]:
    """Whether each is like nobody in the network, and like nobody before them in the file."""
    doubts = zip(same.likenesses(contacts, ties), same.earlier(contacts), strict=True)
    return [not like and not again for like, again in doubts]


def shown(page: int, contacts: int) -> range:
    return range(page * A_PAGE, min((page + 1) * A_PAGE, contacts))


def pages(contacts: int) -> int:
    return max(1, -(-contacts // A_PAGE))


def lines(
    page: int, contacts: Sequence[Contact], picks: Sequence[Pick], ties: Sequence[Tie]
) -> Iterator[Line]:
    likes, again = same.likenesses(contacts, ties), same.earlier(contacts)
    for place in shown(page, len(contacts)):
        like, pick = likes[place], picks[place]
        initial = {"take": pick.take, "circle": pick.circle, "kind": pick.kind}
        form = PickForm(prefix=f"c{place}", initial=initial, name=contacts[place].name)
        tie = ties[like.place] if like else None
        yield Line(contacts[place], form, tie, like.why if like else "", again[place])


def after(sent: Mapping[str, str], page: int, picks: Sequence[Pick], *, fresh: Sequence[bool]) -> list[Pick]:
    """The picks with what was chosen on this page and with "for all". `fresh`: surely not there yet."""
    chosen = list(picks)
    for place in shown(page, len(picks)):
        chosen[place] = _picked(sent, place, picks[place])
    if sent.get("all") in ("take", "leave"):
        wanted = sent["all"] == "take"
        chosen = [replace(pick, take=wanted and new) for pick, new in zip(chosen, fresh, strict=True)]
    if "use_circle" in sent and sent.get("circle_for_all") in Circle.values:
        chosen = [replace(pick, circle=sent["circle_for_all"]) for pick in chosen]
    return chosen


def _picked(sent: Mapping[str, str], place: int, before: Pick) -> Pick:
    circle, kind = sent.get(f"c{place}-circle", ""), sent.get(f"c{place}-kind", "")
    return Pick(
        take=f"c{place}-take" in sent,
        circle=circle if circle in Circle.values else before.circle,
        kind=kind if kind in TieKind.values else before.kind,
    )
