"""Where a postcode lies. Loaded from a file by `manage.py load_postcodes`; nothing is looked up online."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class PostalCode(models.Model):
    """The middle of the area one code stands for, in degrees (WGS 84)."""

    country = models.CharField(max_length=2)
    # As it is compared: capitals and digits only, "SW1A1AA". Outer parts of longer codes are rows of their own.
    code = models.CharField(max_length=20)
    # Towns are found by name, folded to small letters without accents.
    place_name = models.CharField(max_length=180, blank=True)
    folded_name = models.CharField(max_length=180, blank=True)
    region = models.CharField(max_length=100, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "code"], name="postal_code_once"),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="postal_code_is_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["code"], name="postal_code_code"),
            models.Index(fields=["folded_name"], name="postal_code_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.place_name}".strip()
