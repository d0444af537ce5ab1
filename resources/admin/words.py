"""The curators’ words: what listings are filed under, and what people type for the same thing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from resources.models import Synonym, Taxonomy, TaxonomyTerm
from resources.services import wording
from resources.vocabulary import OPEN_ELIGIBILITY, OURS


class WhyForm(forms.ModelForm):
    why = forms.CharField(label=_lazy("Why, for the history"), max_length=500, required=False)


class Told(admin.ModelAdmin):
    """What the history of these words tells: who, when, and of each field what it said and says, and why."""

    form = WhyForm

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        said = [
            f"{form.fields[name].label}: {form.initial.get(name) or '–'} → {form.cleaned_data[name] or '–'}"
            for name in form.changed_data
            if name != "why"
        ]
        return ". ".join(filter(None, [*said, form.cleaned_data["why"]]))


class TermForm(WhyForm):
    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        validate_slug(code)
        same = TaxonomyTerm.objects.filter(taxonomy__slug=OURS, code=code).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(_("There is a term with this code already. Choose another one."))
        return code

    def clean_parent(self) -> TaxonomyTerm | None:
        """Only the heads we began with stand below nothing, and nothing stands below itself."""
        parent: TaxonomyTerm | None = self.cleaned_data["parent"]
        if parent is None and (self.instance._state.adding or self.instance.parent_id):
            raise ValidationError(_("Choose what it belongs to."))
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise ValidationError(_("It cannot belong to something that belongs to it."))
            above = above.parent
        return parent


@admin.register(TaxonomyTerm)
class TermAdmin(Told):
    """Only terms of our own vocabulary. What is filed under one that is no longer used stays filed there."""

    form = TermForm
    list_display = ("name", "parent", "code", "description", "retired_at")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("parent",)
    search_fields = ("name", "code", "description")
    fields = ("name", "code", "parent", "description", "same_as", "retired_at", "why")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaxonomyTerm]:
        return super().get_queryset(request).filter(taxonomy__slug=OURS)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """A code stands in addresses that people keep, so it stays as it was made."""
        return ("code",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        slug = OURS if db_field.name == "parent" else OPEN_ELIGIBILITY
        kwargs["queryset"] = TaxonomyTerm.objects.filter(taxonomy__slug=slug).order_by("name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: TaxonomyTerm, form: Any, change: bool) -> None:
        if not change:
            obj.taxonomy = Taxonomy.objects.get(slug=OURS)
            obj.language = "en"
        super().save_model(request, obj, form, change)
        if change and {"name", "parent"} & set(form.changed_data) and isinstance(request.user, User):
            before = form.initial["name"]
            wording.reworded(term=obj, by=request.user, before=before, why=form.cleaned_data["why"])


@admin.register(Synonym)
class SynonymAdmin(Told):
    """The next search knows of it."""

    list_display = ("__str__", "language", "note")
    search_fields = ("words", "note")
    fields = ("words", "language", "note", "why")
