"""A place of a listing: the building, its address, what is known of access to it."""

from __future__ import annotations

import zoneinfo
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from resources.forms import meanwhile
from resources.models import Accessibility, Address, Location, Service, ServiceAtLocation


class LocationForm(forms.ModelForm):
    use = forms.ModelChoiceField(
        label=gettext_lazy("A place of this organisation that is listed already"),
        queryset=Location.objects.none(),
        required=False,
        empty_label=gettext_lazy("A new place"),
    )
    url = forms.URLField(
        label=gettext_lazy("web address"), max_length=500, required=False, assume_scheme="https"
    )

    class Meta:
        model = Location
        fields = ("location_type", "name", "transportation", "url", "latitude", "longitude", "time_zone")
        widgets = {"transportation": forms.Textarea(attrs={"rows": 3})}

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"]).strip()
        if name and name not in zoneinfo.available_timezones():
            raise ValidationError(_("Write a time zone like Europe/London."))
        return name

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if (said.get("latitude") is None) != (said.get("longitude") is None):
            raise ValidationError(_("Give both latitude and longitude, or neither."))
        return said


class AddressForm(forms.ModelForm):
    class Meta:
        model = Address
        fields = ("address_1", "address_2", "city", "state_province", "postal_code", "country")


class AccessForm(forms.ModelForm):
    class Meta:
        model = Accessibility
        fields = ("description",)
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class PlaceForms:
    """The three forms of one place, as one."""

    def __init__(self, data: Any, *, service: Service, at: ServiceAtLocation | None) -> None:
        self.service, self.at = service, at
        location = at.location if at else Location(organization=service.organization)
        self.location = LocationForm(data, instance=location, prefix="place")
        self._offer_known(at)
        address = location.addresses.first() if at else None
        access = location.accessibility.first() if at else None
        self.address = AddressForm(
            data, instance=address, prefix="address", empty_permitted=True, use_required_attribute=False
        )
        self.access = AccessForm(data, instance=access, prefix="access")
        self.all = (self.location, self.address, self.access)
        shown = ((form.instance, form._meta.fields or ()) for form in self.all)
        self.rows = meanwhile.of(*shown, *([(at, ())] if at else []))

    def _offer_known(self, at: ServiceAtLocation | None) -> None:
        use = cast(forms.ModelChoiceField, self.location.fields["use"])
        known = Location.objects.filter(organization=self.service.organization)
        use.queryset = known.exclude(at_services__service=self.service)
        if at or not use.queryset.exists():
            del self.location.fields["use"]

    @property
    def known(self) -> Location | None:
        return self.location.cleaned_data.get("use")

    @property
    def first_wrong(self) -> forms.ModelForm | None:
        return next((form for form in self.all if form.is_bound and form.errors), None)

    def is_valid(self) -> bool:
        if not self.location.is_valid():
            return False
        return self.known is not None or all([self.address.is_valid(), self.access.is_valid()])

    def save(self) -> None:
        if self.known is not None:
            ServiceAtLocation.objects.get_or_create(service=self.service, location=self.known)
            return
        location = self.location.save()
        ServiceAtLocation.objects.get_or_create(service=self.service, location=location)
        for form, there in ((self.address, "address_1"), (self.access, "description")):
            if not form.has_changed():
                # Of an address that is as it was nothing was read at all.
                continue
            form.instance.location = location
            if form.cleaned_data.get(there):
                form.save()
            elif form.instance.pk and not form.instance._state.adding:
                form.instance.delete()
