"""Directories that others made. Their folder is named by SUPPORTNET_SHARED_DATA."""

import os
from pathlib import Path

import pytest

from resources.hsds import importing
from resources.models import Organization, Phone, Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared() -> Path:
    place = os.environ.get("SUPPORTNET_SHARED_DATA", "")
    if not place:
        pytest.skip("SUPPORTNET_SHARED_DATA is not set: it names the folder with the data sets of others")
    return Path(place)


def run(path: Path):
    said: list[str] = []
    return importing.run(path=path, source="Shared", tell=said.append), said


def test_a_real_county_comes_in_whole_as_tables_and_unchanged_as_lines(shared):
    report, said = run(shared / "ohana-san-mateo" / "hsds-3.1")
    assert (report.total("refused"), report.total("created")) == (0, 343)
    assert (Organization.objects.count(), Service.objects.count(), Phone.objects.count()) == (8, 23, 48)
    assert not Service.objects.published().exists()
    assert all("not used" in line for line in said)
    again, _said = run(shared / "ohana-san-mateo" / "hsds-3.1" / "services.ndjson")
    assert (again.total("created"), again.total("changed"), again.total("refused")) == (0, 0, 0)


def test_the_standard_s_own_example_comes_in_with_its_mistakes_named(shared):
    report, said = run(shared / "hsds-3.1-spec-examples" / "csv")
    assert Service.objects.get().name == "Community Counselling"
    assert "contacts.csv: left out: these are people's own names and numbers." in said
    assert any("latitude “100” is not right" in line for line in said)
    assert (report.total("created"), report.total("refused")) == (17, 4)


def test_the_standard_s_nested_example_comes_in(shared):
    report, _said = run(shared / "hsds-3.1-spec-examples" / "service_full.json")
    assert report.total("refused") == 0
    again, _said = run(shared / "hsds-3.1-spec-examples" / "service_full.json")
    assert (again.total("created"), again.total("changed")) == (0, 0)
