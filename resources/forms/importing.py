"""A directory handed in at the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField, OnceForm, zones_by_area
from resources.hsds import mapping
from resources.hsds.unpacking import Unreadable

MOST_BYTES = 200 * 2**20
COLUMNS = ("source_name", "licence", "url", "time_zone", "with_contacts")
ENDINGS = (".zip", ".ndjson", ".jsonl", ".json", ".csv")


class ImportForm(OnceForm):
    file = forms.FileField(
        label=_("The file"),
        help_text=_("HSDS tables in a .zip, full services as .ndjson or .json, or one .csv with a mapping."),
    )
    mapping_file = forms.FileField(
        label=_("The mapping, for one plain .csv"),
        required=False,
        help_text=_("A .toml or .json file that says which column is what."),
    )
    source_name = LineField(
        label=_("Whose directory is it?"),
        max_length=120,
        help_text=_("The same name next time, so that it is brought up to date instead of added again."),
    )
    licence = LineField(label=_("On what terms may it be shown?"), max_length=200, required=False)
    url = forms.URLField(
        label=_("Where is it published?"), max_length=500, required=False, assume_scheme="https"
    )
    time_zone = forms.ChoiceField(
        label=_("Where are its clocks?"),
        choices=lambda: [("", _("Each place says it itself")), *zones_by_area()],
        required=False,
        help_text=_(
            "For places that do not name their time zone. Without one we cannot say what is open now."
        ),
    )
    with_contacts = forms.BooleanField(
        label=_("Take people’s names, too"),
        required=False,
        help_text=_("Only if they agreed to it. They are never shown or passed on."),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if Path(str(file.name)).suffix.lower() not in ENDINGS:
            raise forms.ValidationError(_("Please choose a .zip, .ndjson, .json or .csv file."))
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _("This file is larger than 200 megabytes. Please pack it as a .zip.")
            )
        return file

    def clean_mapping_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["mapping_file"]
        if file is None:
            return None
        self.mapping_is_json = str(file.name).lower().endswith(".json")
        self.mapping_text = file.read(100_000)
        try:
            mapping.parse(self.mapping_text, is_json=self.mapping_is_json)
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.get("file")
        plain = file is not None and str(file.name).lower().endswith(".csv")
        if plain and not cleaned.get("mapping_file") and "mapping_file" not in self.errors:
            self.add_error("mapping_file", _("A plain .csv needs a mapping. Please choose one."))
        return cleaned

    def about(self) -> dict[str, Any]:
        """The columns of the job."""
        given = self.cleaned_data.get("mapping_file")
        return {
            **{name: self.cleaned_data[name] for name in COLUMNS},
            "mapping": self.mapping_text.decode("utf-8-sig") if given else "",
            "mapping_is_json": bool(given and self.mapping_is_json),
        }
