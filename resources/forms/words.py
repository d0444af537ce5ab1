"""The curators’ words: what listings are filed under, and what people type for the same thing."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from resources.forms import meanwhile
from resources.forms.sections import WhyForm
from resources.models import Synonym, TaxonomyTerm
from resources.services import wording
from resources.vocabulary import OPEN_ELIGIBILITY, OURS

EMPTY = "–"
# Each of them is looked for beside whatever somebody types.
MOST_WORDS = 40


# Of a form, but not of the row.
BESIDE = {"why", "opened_on"}


class ToldForm(forms.ModelForm, WhyForm):
    """Of each field that changes, what it said and says, for the history. What somebody else changed while it was open
    is said first, like in the forms of a listing."""

    opened_on = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.before = dict(self.initial)
        self.initial["opened_on"] = lambda: json.dumps(self._marks())

    def told(self) -> str:
        said = [
            f"{self.fields[name].label}: {_said(self.before.get(name))} → {_said(self.cleaned_data[name])}"
            for name in self.changed_data
            if name not in BESIDE
        ]
        return ". ".join(filter(None, [*said, self.cleaned_data["why"]]))

    def clean(self) -> dict[str, Any] | None:
        """From now on it is a form that was opened on what it says now, so that it can be saved knowingly."""
        cleaned, opened, now = super().clean(), self._opened_on(), self._marks()
        changed = [
            name for name in now if opened.get(name, now[name]) != now[name] and self._differs(name, now)
        ]
        known = cast(QueryDict, self.data).copy()
        known["opened_on"] = json.dumps(now)
        self.data = known
        if changed:
            self.add_error(None, str(meanwhile.HEAD))
            who = self._who()
        for name in changed:
            value = self.before.get(name)
            self.add_error(name, meanwhile.told(who, value, _said(value)))
        return cleaned

    def _marks(self) -> dict[str, str]:
        """Of a new one nobody can have changed anything."""
        if self.instance._state.adding:
            return {}
        said = {name: meanwhile.plain(self.before.get(name)) for name in self.fields if name not in BESIDE}
        return {name: meanwhile.mark(value) for name, value in said.items()}

    def _opened_on(self) -> dict[str, str]:
        """Nothing where the page did not say, or nothing that makes sense."""
        try:
            return dict(json.loads(self.data.get("opened_on", "")))
        except (ValueError, TypeError, RecursionError):
            return {}

    def _differs(self, name: str, now: dict[str, str]) -> bool:
        if name in self.errors:
            return True
        return meanwhile.mark(meanwhile.plain(self.cleaned_data.get(name))) != now[name]

    def _who(self) -> str:
        last = wording.told(self.instance).first()
        if last and last.user_id == self.by.pk:
            return str(meanwhile.YOU)
        return (str(last.user) if last else "") or _("Somebody")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(value) if isinstance(value, list) else str(value or EMPTY)


class TermForm(ToldForm):
    """A term of our own vocabulary. Only the heads we began with stand below nothing.

    Its code stands in addresses that people keep, so it stays as it was made.
    """

    retired = forms.BooleanField(
        label=gettext_lazy("No longer offered"),
        required=False,
        help_text=gettext_lazy("What is filed under it stays there."),
    )
    field_order = ("name", "code", "parent", "description", "same_as", "retired", "why")

    class Meta:
        model = TaxonomyTerm
        fields = ("name", "code", "parent", "description", "same_as")
        labels = {"parent": gettext_lazy("Belongs to")}
        help_texts = {"code": gettext_lazy("For addresses. Small letters without spaces: chair-yoga")}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.SlugField(
            label=self.fields["code"].label, max_length=120, help_text=self.fields["code"].help_text
        )
        if self.instance._state.adding:
            del self.fields["retired"]
        else:
            del self.fields["code"]
            self.initial["retired"] = self.instance.retired_at is not None
        self.before = dict(self.initial) | {"parent": self.instance.parent, "same_as": self.instance.same_as}
        for name, slug in (("parent", OURS), ("same_as", OPEN_ELIGIBILITY)):
            field = cast(forms.ModelChoiceField, self.fields[name])
            field.queryset = TaxonomyTerm.objects.filter(taxonomy__slug=slug).order_by("name", "pk")
            field.empty_label = _("Nothing")
        if self.instance._state.adding or self.instance.parent_id:
            above = cast(forms.ModelChoiceField, self.fields["parent"])
            above.required, above.empty_label = True, _("Choose one")
            above.error_messages["required"] = _("Choose what it belongs to.")

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if TaxonomyTerm.objects.filter(taxonomy__slug=OURS, code=code).exists():
            raise ValidationError(_("There is a term with this code already. Choose another one."))
        return code

    def clean_parent(self) -> TaxonomyTerm | None:
        """Nothing stands below itself."""
        parent: TaxonomyTerm | None = self.cleaned_data["parent"]
        above, met = parent, {self.instance.pk}
        while above is not None:
            # Once round is enough, too, where two curators put two topics below each other at once.
            if above.pk in met:
                raise ValidationError(_("It cannot belong to something that belongs to it."))
            met.add(above.pk)
            above = above.parent
        return parent

    @property
    def renamed(self) -> str:
        """What it was called, when it is found by other words from now on."""
        return (
            self.before["name"]
            if not self.instance._state.adding and {"name", "parent"} & set(self.changed_data)
            else ""
        )

    def save(self, commit: bool = True) -> TaxonomyTerm:
        if "retired" in self.changed_data:
            self.instance.retired_at = timezone.now() if self.cleaned_data["retired"] else None
        saved: TaxonomyTerm = super().save(commit)
        return saved


class SynonymForm(ToldForm):
    class Meta:
        model = Synonym
        fields = ("words", "language", "note")
        labels = {"words": gettext_lazy("Words that mean the same")}
        field_classes = {"words": SimpleArrayField}

    field_order = ("words", "language", "note", "why")

    def clean_words(self) -> list[str]:
        words = [each.strip() for each in self.cleaned_data["words"] if each.strip()]
        if len(words) < 2:
            raise ValidationError(_("Write two words or more, with a comma between them."))
        if len(words) > MOST_WORDS:
            said = _(
                "That is more than %(n)s words. Keep those that people type most, or begin another line."
            )
            raise ValidationError(said % {"n": MOST_WORDS})
        return words
