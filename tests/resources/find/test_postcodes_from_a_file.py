"""Postcodes of any country, out of whatever its post or statistics office hands out."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from resources.models import PostalCode
from resources.search import postcodes

pytestmark = pytest.mark.django_db

# The same two towns, as different offices would write them.
GEONAMES = (
    "DE\t01067\tDresden\tSachsen\tSN\t\t00\tDresden\t14612\t51.06\t13.72\t6\n"
    "DE\t80331\tMünchen\tBayern\tBY\t\t091\tMünchen\t09162\t48.13\t11.57\t6\n"
)
GERMAN = "PLZ;Ort;State;Lat;Lon\n01067;Dresden;Sachsen;51,06;13,72\n80331;München;Bayern;48,13;11,57\n"
QUOTED = (
    "\ufeffpostal code,Place Name,Region,LATITUDE,Longitude,Remark\r\n"
    '01067,Dresden,Sachsen,51.06,13.72,"first, of two"\r\n'
    "80331,München,Bayern,48.13,11.57,\r\n"
)
PIPES = "80331|München|x|48.13|11.57\n01067|Dresden|x|51.06|13.72\n"


def load(tmp_path: Path, content: bytes, **options: str) -> str:
    file, said = tmp_path / "places.txt", StringIO()
    file.write_bytes(content)
    call_command("load_postcodes", str(file), stdout=said, **{"country": "DE", **options})
    return said.getvalue()


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (GEONAMES.encode(), ""),
        (GERMAN.encode("cp1252"), ""),
        (GERMAN.encode("utf-16"), ""),
        (QUOTED.encode(), ""),
        (PIPES.encode(), "code,place,-,latitude,longitude"),
    ],
    ids=["geonames", "semicolons in cp1252", "utf-16", "quotes and a mark", "no header"],
)
def test_each_office_s_own_way_leads_to_the_same_places(tmp_path: Path, content: bytes, columns: str) -> None:
    said = load(tmp_path, content, columns=columns)
    assert "0 rows left out" in said
    for typed in ("80331", "munchen", "München", " 80 331 "):
        found = postcodes.find(typed, country="DE")
        assert found is not None, typed
        assert (round(found.point.latitude, 2), round(found.point.longitude, 2)) == (48.13, 11.57)


def test_what_cannot_be_a_place_is_named_with_its_line_and_the_rest_is_taken(tmp_path: Path) -> None:
    bad = "80331;München;Bayern;somewhere;11,57\n;Nowhere;;1;1\n99999;Far out;;123;11\n"
    said = load(tmp_path, (GERMAN + bad).encode())
    assert "3 rows left out" in said
    for reason in ("no latitude and longitude", "no postcode", "not on this earth"):
        assert reason in said
    assert PostalCode.objects.filter(code="80331").count() == 1


def test_the_same_file_again_changes_nothing_and_a_newer_one_moves_its_places(tmp_path: Path) -> None:
    load(tmp_path, GERMAN.encode())
    before = list(PostalCode.objects.order_by("pk").values())
    load(tmp_path, GERMAN.encode())
    assert list(PostalCode.objects.order_by("pk").values()) == before
    load(tmp_path, GERMAN.replace("48,13", "48,20").encode())
    assert PostalCode.objects.get(code="80331").latitude == pytest.approx(48.2)
    assert PostalCode.objects.count() == len(before)


def test_another_country_s_rows_are_left_alone(tmp_path: Path) -> None:
    load(tmp_path, GEONAMES.encode(), country="AT")
    assert not PostalCode.objects.exists()


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"postcode,town\n80331,Munich\n"])
def test_a_file_of_something_else_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CommandError, match="--columns"):
        load(tmp_path, content)
    assert not PostalCode.objects.exists()
