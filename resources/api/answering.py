"""Pages and streams of shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Schema

from resources.api import asking
from resources.api.streaming import Stream
from resources.hsds.shapes import Shape

JSON, NDJSON = "application/json", "application/x-ndjson"
# Rows fetched from the database at a time while streaming: what is in memory, however much there is.
CHUNK = 200
T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Page(Schema, Generic[T]):
    """The envelope of the standard."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[T]


def listing(found: QuerySet[M], asked: asking.Listing, text_of: Callable[[M], str]) -> HttpResponseBase:
    """One page, or everything as a stream; `text_of` makes the JSON of one row."""
    if asked.format == "ndjson":
        lines = (text + "\n" for text in texts(found.iterator(chunk_size=CHUNK), found, text_of))
        return Stream(lines, content_type=NDJSON)
    total = found.order_by().count()
    start = (asked.page - 1) * asked.size
    rows = found[start : start + asked.size] if start < total else found.none()
    return HttpResponse(enveloped([*texts(rows, found, text_of)], asked, total), content_type=JSON)


def texts(rows: Iterable[M], found: QuerySet[M], text_of: Callable[[M], str]) -> Iterator[str]:
    """Of each row, which was found a moment before what hangs on it: where part of it went in between it is looked for
    once more."""
    for row in rows:
        try:
            yield text_of(row)
        except ObjectDoesNotExist:
            yield from (text_of(again) for again in found.filter(pk=row.pk))


def single(found: QuerySet[M], text_of: Callable[[M], str]) -> HttpResponse | None:
    text = next(texts(found, found, text_of), None)
    return None if text is None else HttpResponse(text, content_type=JSON)


def enveloped(texts: list[str], asked: asking.Listing, total: int) -> str:
    pages = -(-total // asked.size)
    envelope = Page[Any](
        total_items=total,
        total_pages=pages,
        page_number=asked.page,
        size=len(texts),
        first_page=asked.page == 1,
        last_page=asked.page >= pages,
        empty=not texts,
        contents=[],
    ).model_dump_json()
    return envelope.removesuffix("]}") + ",".join(texts) + "]}"


def one(shape: Shape) -> HttpResponse:
    return HttpResponse(shape.json_text(), content_type=JSON)


def missing(request: HttpRequest, what: str) -> HttpResponse:
    return HttpResponse(f'{{"detail":"{what}"}}', content_type=JSON, status=404)


def moved(where: str) -> HttpResponse:
    return HttpResponse(status=301, headers={"Location": where, "Cache-Control": "public, max-age=3600"})
