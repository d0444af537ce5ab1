"""What whoever comes by tells the curators. Each value is checked by the rules of the model it is meant for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.forms import TURNS, LineField, OnceForm
from resources import listing
from resources.models import Address, ChangeRequest, Organization, Phone, Service
from resources.services.proposing import Proposal, same

# Words that are translated when they are read: Django’s own types for them disagree with each other.
Words = Any


def ours(model: type[models.Model], name: str, label: Words, **more: Any) -> forms.Field:
    """The form field of a model's field: its rules, our words."""
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    if isinstance(field, models.URLField):
        more |= {"assume_scheme": "https"}
    if isinstance(field, models.TextField):
        more.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
    found = field.formfield(label=label, **{"required": False, "help_text": "", **more})
    return cast(forms.Field, found)


def ticks(choices: Any, label: Words, **more: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=widget, **more)


class TellingForm(OnceForm):
    """What every letter to the curators may say beside its own."""

    note = ours(ChangeRequest, "note", _("In your own words"), max_length=2000)
    evidence = LineField(
        label=_("How do you know?"),
        max_length=300,
        required=False,
        help_text=_("For example: I was there on Monday, or I rang them."),
    )
    evidence_url = ours(
        ChangeRequest,
        "evidence_url",
        _("A web page that says so"),
        error_messages={"invalid": _("Write a web address like https://example.org, or leave it empty.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        required=False,
        help_text=_("Only so that we can answer. We erase it afterwards."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    # People do not see it; programmes that fill in every field do.
    nickname = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )
    LAST = ("note", "evidence", "evidence_url", "email")
    FIRST: tuple[str, ...] = ()

    def __init__(self, *args: Any, signed_in: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if signed_in:
            del self.fields["email"]
        self.order_fields([*self.FIRST, *(name for name in self.fields if name not in self.LAST), *self.LAST])

    @property
    def shown(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name != "nickname"]

    @property
    def is_from_a_programme(self) -> bool:
        return bool(self.cleaned_data.get("nickname"))

    def clean_note(self) -> str:
        return TURNS.sub("", self.cleaned_data["note"])

    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("note", "evidence", "evidence_url")}


class ProblemForm(TellingForm):
    """Something is wrong with a listing; what it should say need not be known."""

    FIRST = ("problem",)
    problem = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=ChangeRequest.Problem.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong, or write it below.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Who writes what is wrong need not choose it as well."""
        super().__init__(*args, **kwargs)
        if self.is_bound and str(self["note"].data or "").strip():
            self.fields["problem"].required = False

    def clean_problem(self) -> str:
        return self.cleaned_data["problem"] or ChangeRequest.Problem.OTHER.value

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("problem") == ChangeRequest.Problem.OTHER and not said.get("note"):
            self.add_error("note", _("Write in a few words what is wrong."))
        return said

    def said(self) -> dict[str, str]:
        return super().said() | {"problem": self.cleaned_data["problem"]}


class ListingForm(TellingForm):
    """What a listing says, in the order of its page."""

    OF_SERVICE = (
        *("name", "description", "eligibility_description", "cost", "fees_description"),
        *("application_process", "cancel_policy", "access", "access_lacking"),
    )
    OF_ADDRESS = ("address_1", "city", "postal_code")

    name = ours(Service, "name", _("Name"), required=True, error_messages={"required": _("Write its name.")})
    description = ours(Service, "description", _("What to expect"))
    eligibility_description = ours(Service, "eligibility_description", _("Who it is for"))
    cost = forms.ChoiceField(
        label=_("What it costs"), choices=[("", _("I do not know")), *Service.Cost.choices], required=False
    )
    fees_description = ours(
        Service,
        "fees_description",
        _("The cost in words"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    times = forms.CharField(
        label=_("When it is"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: Wednesdays 2 to 3 pm, not in August."),
    )
    application_process = ours(
        Service, "application_process", _("How to join"), widget=forms.Textarea(attrs={"rows": 2})
    )
    phone = ours(Phone, "number", _("Phone"), widget=forms.TextInput(attrs={"type": "tel"}))
    their_email = ours(Service, "email", _("Their e-mail address"))
    url = ours(Service, "url", _("Their web page"))
    address_1 = ours(Address, "address_1", _("Street and number"))
    city = ours(Address, "city", _("Town"))
    postal_code = ours(Address, "postal_code", _("Postcode"))
    access = ticks(Service.Access.choices, _("What is there?"))
    access_lacking = ticks(Service.Access.choices, _("And what is not there, as far as you know?"))
    cancel_policy = ours(Service, "cancel_policy", _("What if you have to cancel?"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if set(said.get("access", [])) & set(said.get("access_lacking", [])):
            self.add_error("access_lacking", _("The same thing cannot be there and not be there."))
        return said

    def of_service(self, row: uuid.UUID | None, *names: str) -> Iterator[Proposal]:
        for name in (*self.OF_SERVICE, *names):
            yield Proposal("service", name, self.cleaned_data[name], row)


class CorrectionForm(ListingForm):
    """Filled in with what the listing says now."""

    def __init__(self, *args: Any, service: Service, **kwargs: Any) -> None:
        self.service = service
        contact, places = listing.contact(service), service.at_locations.all()
        self.number = contact.phones[0] if contact.phones else None
        addresses = [listing.street_address(at.location) for at in places]
        self.address = addresses[0] if addresses else None
        now = {name: getattr(service, name) for name in self.OF_SERVICE}
        now |= {"their_email": contact.email, "url": contact.website}
        now |= {"phone": self.number.number if self.number else ""}
        now |= {name: getattr(self.address, name, "") for name in self.OF_ADDRESS}
        super().__init__(*args, initial=now, **kwargs)
        self.fields["times"].help_text = _("Only if the times on the page are wrong.")

    def clean(self) -> dict[str, Any]:
        """Nobody is asked to mend what they left as it stands."""
        said = super().clean()
        for name in self.fields:
            drawn, sent = self[name].initial, self[name].data
            if isinstance(drawn, str) and isinstance(sent, str) and drawn and same(drawn, sent):
                self.errors.pop(name, None)
                said[name] = drawn
        return said

    def proposals(self) -> Iterator[Proposal]:
        """Each for the row that says it now: an address of its organisation is that of all its listings."""
        said, service = self.cleaned_data, self.service
        house = service.organization
        yield from self.of_service(service.pk)
        if service.email or not house.email:
            yield Proposal("service", "email", said["their_email"], service.pk)
        else:
            yield Proposal("organization", "email", said["their_email"], house.pk)
        if service.url or not house.website:
            yield Proposal("service", "url", said["url"], service.pk)
        else:
            yield Proposal("organization", "website", said["url"], house.pk)
        yield Proposal("phone", "number", said["phone"], self.number.pk if self.number else None, group=1)
        for name in self.OF_ADDRESS:
            yield Proposal("address", name, said[name], self.address.pk if self.address else None, group=1)

    def said(self) -> dict[str, str]:
        """Times are told in words: which of several slots is meant, a curator sees."""
        said = super().said()
        if times := self.cleaned_data["times"]:
            said["note"] = "\n".join(
                filter(None, [_("When it is: %(words)s") % {"words": times}, said["note"]])
            )
        return said


class SuggestionForm(ListingForm):
    """A listing that is missing. One way to reach it is enough to begin with."""

    FIRST = ("name", "organization", "kind", "delivery")
    WAYS = ("phone", "their_email", "url", "address_1")

    organization = ours(Organization, "name", _("Who runs it?"))
    kind = forms.ChoiceField(label=_("What is it?"), choices=Service.Kind.choices, initial=Service.Kind.GROUP)
    delivery = ticks(Service.Delivery.choices, _("How do you take part?"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not any(said.get(name) for name in self.WAYS):
            self.add_error(
                "phone", _("Give one way to reach them: a phone, an e-mail, a web page or a street.")
            )
        return said

    def proposals(self) -> Iterator[Proposal]:
        said = self.cleaned_data
        yield Proposal("organization", "name", said["organization"], group=1)
        yield from self.of_service(None, "kind", "delivery")
        yield Proposal("service", "email", said["their_email"])
        yield Proposal("service", "url", said["url"])
        yield Proposal("phone", "number", said["phone"], group=1)
        if said["address_1"]:
            for name in self.OF_ADDRESS:
                yield Proposal("address", name, said[name], group=1)
        yield Proposal("schedule", "description", said["times"], group=1)
