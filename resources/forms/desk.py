"""Small forms of the desk: why, the rules, an answer to a proposal, a name on the list of those who said no."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField
from resources import fields, vocabulary
from resources.forms.days import DaysField
from resources.models import FieldChange, Inclusion, TaxonomyTerm

# What browsers have a picker for.
PICKED: dict[type[forms.Field], str] = {forms.DateField: "date", forms.TimeField: "time"}


class ReasonForm(forms.Form):
    why = LineField(label=_("Why, for the history"), max_length=500, required=False)


class RulesForm(forms.Form):
    """Not all have to be ticked to be kept; all have to be to be published."""

    all_optional = True
    rules = forms.MultipleChoiceField(
        label=_("What is true of it"),
        choices=Inclusion.Rule.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_rules(self) -> list[str]:
        """As they are kept: in whatever order they come, they are the same."""
        return sorted(self.cleaned_data["rules"])


class TopicsForm(forms.Form):
    all_optional = True
    topics = forms.ModelMultipleChoiceField(
        label=_("Filed under"),
        queryset=TaxonomyTerm.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, chosen: list[TaxonomyTerm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["topics"] = chosen
        ours = TaxonomyTerm.objects.filter(taxonomy__slug=vocabulary.OURS, retired_at=None)
        held = TaxonomyTerm.objects.filter(pk__in=[term.pk for term in chosen])
        field = cast(forms.ModelMultipleChoiceField, self.fields["topics"])
        field.queryset = (ours | held).distinct().order_by("parent__name", "name", "pk")


class DoNotListForm(forms.Form):
    name = LineField(label=_("Name"), max_length=255)
    domain = LineField(
        label=_("Web or mail address"), max_length=255, required=False, help_text=_("example.org")
    )
    phone = LineField(label=_("Phone"), max_length=60, required=False)
    reason = forms.CharField(
        label=_("Why, for other curators"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    """A yes or a no, with words for whoever asked."""

    reason = forms.CharField(
        label=_("What they should know"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They read this. If you say no, say why in a kind sentence."),
    )


class DecisionForm(AnswerForm):
    """One tick and one value for each field of a proposal; a reason below. `act` is the button that was pressed.

    `shown`: the last field that whoever decides was shown. What an import added since is not decided with it.
    """

    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, changes: list[FieldChange], of_import: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.changes, self.of_import = changes, of_import
        self.last = self.initial["shown"] = max((change.pk for change in changes), default=0)
        if of_import:
            self.fields["reason"].label = _("Why, for the history")
            self.fields["reason"].help_text = _("Only curators read this.")
        for change in changes:
            self.fields[f"take-{change.pk}"] = forms.BooleanField(
                label=_("Take this over"), required=False, initial=True
            )
            self.fields[f"value-{change.pk}"] = _value_field(change)
        self.order_fields([*(f"{what}-{one.pk}" for one in changes for what in ("take", "value")), "reason"])

    @property
    def refuses(self) -> bool:
        return bool(self.data.get("act") == "refuse")

    def clean(self) -> dict[str, Any]:
        """Values are looked at only where they are taken."""
        said = super().clean() or self.cleaned_data
        if self.refuses:
            for name in [name for name in self.errors if name != "reason"]:
                del self.errors[name]
            if not said.get("reason") and not self.of_import:
                self.add_error("reason", _("Say why, in words the sender can read."))
            return said
        for change in self.changes:
            if not said.get(f"take-{change.pk}"):
                self.errors.pop(f"value-{change.pk}", None)
        return said

    def taken(self) -> dict[int, Any]:
        return {
            one.pk: _json(self.cleaned_data.get(f"value-{one.pk}"), one)
            for one in self.changes
            if self.cleaned_data.get(f"take-{one.pk}")
        }


def _value_field(change: FieldChange) -> forms.Field:
    """As the model would ask for it, or one line where it has no such field."""
    label = _("What it will say")
    field = fields.field_of(change.table, change.field)
    if field and (change.table, field.name) in fields.LINKS:
        # Another place, programme or house is not chosen here, among all there are.
        hidden = forms.HiddenInput()
        return forms.CharField(required=False, initial=change.after, disabled=True, widget=hidden)
    choices = getattr(getattr(field, "base_field", None), "choices", None)
    if choices:
        return forms.MultipleChoiceField(
            label=label,
            choices=choices,
            required=False,
            initial=change.after,
            widget=forms.CheckboxSelectMultiple,
        )
    if field and (change.table, field.name) == ("schedule", "byday"):
        return DaysField(label=label, initial=change.after)
    more: dict[str, Any] = {"assume_scheme": "https"} if type(field).__name__ == "URLField" else {}
    made = field.formfield(required=False, label=label, initial=change.after, **more) if field else None
    if made is None:
        made = forms.CharField(required=False, label=label, initial=change.after)
    if isinstance(made.widget, forms.Textarea):
        made.widget.attrs["rows"] = 4
    if type(made) in PICKED:
        made.widget.input_type = PICKED[type(made)]
    return made


def _json(value: Any, change: FieldChange) -> Any:
    """As it is kept; what nobody touched stays exactly as it was proposed."""
    pk = getattr(value, "pk", None)
    new = str(pk) if pk else fields.plain(value)
    return change.after if (new or None) == (change.after or None) else new
