"""The search form, as it stands in the address bar. Every part is optional; an empty one finds everything."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField
from resources.search import facets, meaning, places, postcodes
from resources.search.wanted import ANYWHERE, BEST, EVERYTHING, NEAR, NEAREST, Wanted

RADII = ("2", "5", "10", "25", "50")
USUAL = "10"
# How addresses looked before there were counts; people keep them.
OLDER = {"online": ("how", "online"), "free": ("cost", "free"), "step_free": ("access", "step_free")}
CODE = RegexValidator(r"^[\w-]{1,100}$")


class Codes(forms.Field):
    """Several short words, of which nobody knows beforehand what there will be."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[str]:
        return [str(each) for each in value or []]

    def run_validators(self, value: list[str]) -> None:
        for each in value:
            CODE(each)


def several(facet: facets.Facet) -> forms.Field:
    unknown = _("Choose from what is there under “%(title)s”.") % {"title": facet.title}
    if facet.name in ("topic", "language"):
        return Codes(required=False, label=facet.title, error_messages={"invalid": unknown})
    return forms.MultipleChoiceField(
        label=facet.title,
        choices=list(facet.labels([]).items()),
        required=False,
        error_messages={"invalid_choice": unknown, "invalid_list": unknown},
    )


class SearchForm(forms.Form):
    all_optional = True

    q = forms.CharField(
        label=_("What are you looking for?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "type": "search", "autocomplete": "off"}),
        error_messages={"max_length": _("That is too long to search for. Try a few words.")},
    )
    place = LineField(
        label=_("Postcode or town"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "postal-code"}),
        error_messages={"max_length": _("That is too long for a place. Try a postcode or a town.")},
    )
    within = forms.TypedChoiceField(
        label=_("How far"),
        choices=[(each, each) for each in RADII],
        required=False,
        coerce=int,
        empty_value=USUAL,
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"invalid_choice": _("Choose one of the distances in the list.")},
    )
    sort = forms.ChoiceField(
        label=_("Sort"),
        choices=[("", _("As it fits")), (BEST, _("Best match first")), (NEAREST, _("Nearest first"))],
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"invalid_choice": _("Choose one of the orders in the list.")},
    )
    reach = forms.ChoiceField(
        choices=[(EVERYTHING, ""), (NEAR, ""), (ANYWHERE, "")],
        required=False,
        error_messages={"invalid_choice": _("That part of the list does not exist. Start again.")},
    )

    # Of which kinds of choice all are shown.
    all = forms.MultipleChoiceField(
        choices=[(facet.name, facet.title) for facet in facets.FACETS],
        required=False,
        error_messages={
            "invalid_choice": _("That part of the list does not exist. Start again."),
            "invalid_list": _("That part of the list does not exist. Start again."),
        },
    )

    def __init__(self, query: QueryDict, *, country: str = "") -> None:
        """`country`: two letters, where the reader probably is; decides which of two places with one name is meant."""
        super().__init__(modern(query))
        self.country = country
        self.fields |= {facet.name: several(facet) for facet in facets.FACETS}
        self.fields["within"].widget.choices = self.distances(country)
        self.found_place: postcodes.Place | None = None

    @staticmethod
    def distances(country: str) -> list[tuple[str, str]]:
        unit = _("%(n)s miles") if places.in_miles(country) else _("%(n)s km")
        return [(each, unit % {"n": each}) for each in RADII]

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data.get("place", "")
        if typed:
            self.found_place = postcodes.find(typed, country=self.country)
        if self.found_place:
            self.fields["within"].widget.choices = self.distances(self.found_place.country)
        return self.cleaned_data

    @property
    def unknown_place(self) -> str:
        """What was typed as a place and is none that we know."""
        return "" if self.found_place else str(self.cleaned_data.get("place", ""))

    @property
    def radius(self) -> float:
        """In km."""
        miles = places.in_miles(self.found_place.country if self.found_place else self.country)
        return float(self.cleaned_data["within"]) * (places.KM_A_MILE if miles else 1.0)

    def wanted(self, *, now: dt.datetime, page: int = 1) -> Wanted:
        """What it asks for. Only after `is_valid`."""
        said = self.cleaned_data
        return Wanted(
            now=now,
            meaning=meaning.understand(said["q"]),
            place=self.found_place,
            radius=self.radius,
            chosen={facet.name: tuple(said[facet.name]) for facet in facets.FACETS if said[facet.name]},
            order=said["sort"],
            reach=said["reach"],
            page=page,
        )


def modern(query: QueryDict) -> QueryDict:
    """The same search in today's words, without what is empty."""
    now = QueryDict(mutable=True)
    for name, values in query.lists():
        facet, value = OLDER.get(name, (name, ""))
        now.setlist(facet, [*now.getlist(facet), *([value] if value else filter(None, values))])
    return now
