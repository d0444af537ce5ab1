"""The parts of a listing a curator edits, one page each: a few fields of one record, some rows beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db import models
from django.db.models import URLField
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from resources import fields
from resources.forms import days
from resources.models import Organization, Service, ServiceCapacity

PARENTS = ("service_at_location", "service", "location", "organization")
LISTS = ("delivery", "access", "access_lacking")


@dataclass(frozen=True)
class Section:
    """`own`: the fields of the record `of`; `rows`: a table whose rows stand on the listing, with these fields."""

    slug: str
    label: str | Promise
    own: tuple[str, ...] = ()
    of: str = "service"
    rows: str = ""
    columns: tuple[str, ...] = ()
    help: str | Promise = ""
    # Few listings have any: it stands on their page only where there is something in it.
    rare: bool = False


SECTIONS = {
    section.slug: section
    for section in (
        Section(
            "about",
            gettext_lazy("What it is"),
            ("name", "alternate_name", "kind", "description", "delivery", "status", "wait_time", "keywords"),
        ),
        Section(
            "who",
            gettext_lazy("Who it is for"),
            ("eligibility_description", "minimum_age", "maximum_age", "referral", "interpretation_services"),
            rows="language",
            columns=("name", "note"),
        ),
        Section(
            "cost",
            gettext_lazy("What it costs"),
            ("cost", "fees_description"),
            rows="cost_option",
            columns=("option", "amount", "currency", "amount_description", "valid_to"),
        ),
        Section(
            "access",
            gettext_lazy("Access"),
            ("access", "access_lacking", "standing_minutes", "parking_metres", "cancel_policy"),
            help=gettext_lazy("What you tick in neither list is shown as not known. That is honest."),
        ),
        Section(
            "phones",
            gettext_lazy("Getting in touch"),
            ("application_process", "url", "email"),
            rows="phone",
            columns=("number", "extension", "type", "description"),
        ),
        Section(
            "times",
            gettext_lazy("Times"),
            rows="schedule",
            columns=(
                *("freq", "byday", "opens_at", "closes_at", "interval", "bymonthday"),
                *("dtstart", "until", "description", "notes"),
            ),
        ),
        Section(
            "exceptions",
            gettext_lazy("Days that are different"),
            rows="opening_exception",
            columns=("starts_on", "ends_on", "opens_at", "closes_at", "reason"),
            help=gettext_lazy("Holidays and days off. Without times it is closed then."),
        ),
        Section(
            "areas",
            gettext_lazy("Where people have to live"),
            rows="service_area",
            columns=("name", "description"),
        ),
        Section(
            "bring", gettext_lazy("What to bring"), rows="required_document", columns=("document", "uri")
        ),
        Section(
            "free",
            gettext_lazy("Free places"),
            rows="service_capacity",
            columns=("available", "maximum", "unit", "description"),
            rare=True,
        ),
        Section("funding", gettext_lazy("Who pays for it"), rows="funding", columns=("source",), rare=True),
        Section(
            "numbers",
            gettext_lazy("Registration numbers"),
            rows="organization_identifier",
            columns=("identifier_type", "identifier", "identifier_scheme"),
            rare=True,
        ),
        Section(
            "notice",
            gettext_lazy("Notice"),
            ("alert", "alert_until"),
            help=gettext_lazy("For what will pass: “Closed this week”. It disappears after its last day."),
        ),
        Section(
            "organisation",
            gettext_lazy("Organisation"),
            ("name", "alternate_name", "description", "website", "email"),
            of="organization",
            help=gettext_lazy("This changes every listing of the organisation."),
        ),
    )
}


class WhyForm(forms.Form):
    """Why, for the history. It stands below every form of the desk."""

    why = forms.CharField(
        label=gettext_lazy("Why, for the history"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Only curators read this. “Rang reception”, “their website says so”."),
    )


class OwnForm(forms.ModelForm):
    """Few of these have to be there, so it is not said of each that it need not."""

    all_optional = True


def own_form(section: Section, data: Any, service: Service) -> forms.ModelForm[Any] | None:
    """The form of a section's own fields; none where it has only rows."""
    if not section.own:
        return None
    record: Service | Organization = service if section.of == "service" else service.organization
    made = forms.modelform_factory(
        type(record),
        form=OwnForm,
        fields=section.own,
        formfield_callback=_field,
    )
    return made(data, instance=record, prefix="own")


def _field(field: models.Field[Any, Any], **more: Any) -> forms.Field | None:
    """Lists of choices are ticked; web addresses may be typed without https; dates and times have their pickers."""
    if field.name in LISTS:
        return forms.MultipleChoiceField(
            label=field.verbose_name,
            choices=list(getattr(field, "base_field", field).choices or []),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    if isinstance(field, URLField):
        more["assume_scheme"] = "https"
    kinds = {models.DateField: "date", models.TimeField: "time"}
    for kind, name in kinds.items():
        if isinstance(field, kind):
            made = forms.DateInput if name == "date" else forms.TimeInput
            more["widget"] = made(attrs={"type": name}, format="%Y-%m-%d" if name == "date" else "%H:%M")
    if field.name == "byday":
        return days.DaysField(label=capfirst(field.verbose_name))
    if isinstance(field, models.TextField):
        more["widget"] = forms.Textarea(attrs={"rows": 3})
    whole = field.formfield(**more)
    if isinstance(whole, forms.ChoiceField):
        _say_nothing_in_words(whole)
    return whole


def _say_nothing_in_words(field: forms.ChoiceField) -> None:
    field.choices = [(value, label if value else _("Not said")) for value, label in cast(Any, field.choices)]


def held_by(row: models.Model) -> str:
    """What it hangs on, as the form says it; "" of a new one."""
    return next((f"{p}:{pk}" for p in PARENTS if (pk := getattr(row, f"{p}_id", None))), "")


class RowForm(forms.ModelForm):
    """One row, and what it hangs on: the listing, one of its places, its organisation."""

    all_optional = True
    hangs_on = forms.ChoiceField(label=gettext_lazy("belongs to"))

    @property
    def called(self) -> str:
        """The row in words, as it was before anybody typed into it."""
        return str(self.instance) if self.is_bound else fields.called(self.instance)

    def __init__(self, *args: Any, ways: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = list(ways)
        held = held_by(self.instance)
        if held and held not in dict(ways):
            ways.append((held, _("where it is now")))
        field = cast(forms.ChoiceField, self.fields["hangs_on"])
        field.choices = ways
        field.initial = held or ways[0][0]
        if len(ways) == 1:
            field.widget = forms.HiddenInput()

    def has_changed(self) -> bool:
        """An empty row stays empty, whatever it would hang on."""
        return bool(set(self.changed_data) - {"hangs_on"}) or bool(self.instance.pk and super().has_changed())

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if "byday" in said and {"freq", "byday"} & set(self.changed_data):
            try:
                days.check(said.get("freq", ""), said["byday"])
            except forms.ValidationError as refusal:
                self.add_error("byday", refusal)
        return said

    def save(self, commit: bool = True) -> Any:
        parent, _colon, pk = self.cleaned_data["hangs_on"].partition(":")
        for name in PARENTS:
            if hasattr(self.instance, f"{name}_id"):
                setattr(self.instance, f"{name}_id", pk if name == parent else None)
        if isinstance(self.instance, ServiceCapacity):
            self.instance.updated = timezone.now()
        return super().save(commit)


class RowForms(forms.BaseModelFormSet):
    """What somebody else took out while the form was open is typed all the same: as a new row."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if form.is_bound and form.instance._state.adding:
            form.fields["id"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        gone = [form for form in self.initial_forms if form.instance._state.adding]
        typed = [form for form in gone if form.has_changed() and form not in self.deleted_forms]
        return [*super().save_existing_objects(commit), *(form.save(commit) for form in typed)]


def ways_of(section: Section, service: Service) -> list[tuple[str, str]]:
    """What a row of this section can hang on."""
    names = {field.name for field in fields.TABLES[section.rows]._meta.concrete_fields}
    at = list(service.at_locations.select_related("location").prefetch_related("location__addresses"))
    ways = [(f"service:{service.pk}", _("this listing"))] if "service" in names else []
    if "service_at_location" in names:
        ways += [(f"service_at_location:{one.pk}", _("this listing, at %s") % one.location) for one in at]
    if "location" in names:
        ways += [(f"location:{one.location_id}", _("the building: %s") % one.location) for one in at]
    if "organization" in names:
        ways.append((f"organization:{service.organization_id}", _("all of %s") % service.organization))
    return ways


def row_forms(section: Section, data: Any, service: Service) -> Any:
    """The formset of a section's rows, with one empty row to fill; None where it has none."""
    if not section.rows:
        return None
    model = fields.TABLES[section.rows]
    made = forms.modelformset_factory(
        model,
        form=RowForm,
        formset=RowForms,
        fields=section.columns,
        extra=1,
        can_delete=True,
        max_num=200,
        formfield_callback=_field,
    )
    rows = fields.rows_of(service, section.rows).order_by("pk")
    return made(data, queryset=rows, prefix="rows", form_kwargs={"ways": ways_of(section, service)})
