"""What a client may ask for. Names and meanings are the standard's; all that is asked for must hold at once."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import AfterValidator

PER_PAGE, MOST = 25, 500
# With `minimal` the standard aims at one page.
MINIMAL, MOST_MINIMAL = 10_000, 100_000


def _plain(words: str) -> str:
    """PostgreSQL cannot keep a NUL, and half a letter is none."""
    if "\x00" in words or any("\ud800" <= letter <= "\udfff" for letter in words):
        raise ValueError("This is not text.")
    return words.strip()


def _utc(moment: dt.datetime) -> dt.datetime:
    """In UTC: PostgreSQL takes no offset of sixteen hours or more, and ISO 8601 does."""
    try:
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except OverflowError:
        raise ValueError("This moment is before the year 1 or after the year 9999.") from None


Words = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
Country = Annotated[str, Field(pattern="^([A-Za-z]{2})?$")]
Moment = Annotated[dt.datetime, AfterValidator(_utc)]


class Listing(Schema):
    search: Words = Field("", description="Full text search.")
    page: int = Field(1, ge=1, le=1_000_000, description="Which page.")
    per_page: int = Field(PER_PAGE, ge=1, le=MOST_MINIMAL, description=f"How many, at most {MOST}.")
    format: Literal["json", "ndjson"] = Field(
        "json", description="ndjson: all that matches, without pages, one object a line."
    )

    @property
    def size(self) -> int:
        return min(self.per_page, MOST)


class Filed(Listing):
    taxonomy_term_id: uuid.UUID | None = Field(None, description="Filed under this term.")
    taxonomy_id: uuid.UUID | None = Field(None, description="Filed under any term of this taxonomy.")


class Services(Filed):
    organization_id: uuid.UUID | None = Field(None, description="Of this organization.")
    modified_after: Moment | None = Field(None, description="Modified at this moment or later.")
    minimal: bool = Field(False, description="Only the id and when it was modified.")
    full: bool = Field(False, description="Fully nested.")

    @property
    def size(self) -> int:
        wanted = MINIMAL if self.minimal and self.per_page == PER_PAGE else self.per_page
        return min(wanted, MOST_MINIMAL if self.minimal else MOST)


class Organizations(Filed):
    full_service: bool = Field(False, description="Fully nested, with its services fully nested, too.")
    full: bool = Field(False, description="Fully nested.")


class AtLocations(Filed):
    organization_id: uuid.UUID | None = Field(None, description="Of a service of this organization.")
    modified_after: Moment | None = Field(None, description="Modified at this moment or later.")
    full: bool = Field(False, description="Fully nested.")
    postcode: Words = Field("", description="A postcode or ZIP; where areas served are known, one of them.")
    country: Country = Field(
        "",
        description="Two letters: the country of the postcode. Left out: of those that have it the one with "
        "most places of ours within 100 km.",
    )
    proximity: float | None = Field(
        None, gt=0, le=20_100_000, allow_inf_nan=False, description="Metres from the middle of the postcode."
    )


class Terms(Listing):
    taxonomy_id: uuid.UUID | None = Field(None, description="Of this taxonomy.")
    top_only: bool = Field(False, description="Only terms without a broader one.")
    parent_id: uuid.UUID | None = Field(None, description="Directly below this term.")
