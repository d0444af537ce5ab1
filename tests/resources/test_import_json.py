"""The import of nested JSON: full services, line by line or in one document."""

import json

import pytest

from resources.models import Accessibility, CostOption, Location, Organization, Phone, Service
from tests.resources.folders import folder as folder
from tests.resources.folders import totals

pytestmark = pytest.mark.django_db


def full_service(**more):
    return {
        "id": "s1",
        "name": "Tea",
        "status": "active",
        "organization": {"id": "o1", "name": "Harbour House", "phones": [{"id": "p0", "number": "1"}]},
        "phones": [{"id": "p1", "number": '"+1 555"', "languages": [{"id": "g1", "name": "Spanish"}]}],
        "contacts": [{"id": "k1", "name": "A Person"}],
        "cost_options": [{"id": "x1", "amount": 4.50, "currency": "usd"}],
        "service_at_locations": [
            {
                "id": "sl1",
                "location": {
                    "id": "l1",
                    "location_type": "physical",
                    "latitude": 1.5,
                    "longitude": -2,
                    "addresses": [{"id": "a1", "address_1": "1 Quay", "country": "GB"}],
                    "accessibility": [{"id": "y1", "description": "ramp"}],
                },
            }
        ],
        **more,
    }


def write_lines(folder, *found):
    path = folder.path / "services.ndjson"
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in found))
    return path


def test_full_services_line_by_line(folder):
    path = write_lines(folder, full_service(), full_service(id="s2", phones=[], cost_options=[]))
    path.write_text(path.read_text().replace('"sl1"', '"sl2"', 2).replace('"sl2"', '"sl1"', 1))
    report, said = folder.run(path)
    assert said == ""
    assert (Service.objects.count(), Organization.objects.count(), Location.objects.count()) == (2, 1, 1)
    assert Phone.objects.get(service__isnull=False).number == "+1 555"
    assert str(CostOption.objects.get().amount) == "4.50"
    assert Accessibility.objects.get().description == "ramp"
    again, _said = folder.run(path)
    assert totals(again) == (0, 0, report.total("created"), 0, 0)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "services.ndjson:1: refused: it is not JSON"),
        ("[" * 100_000, "services.ndjson:1: refused: it is not JSON"),
        ("[]", "“service” should stand in curly"),
        (full_service(phones={"id": "p1"}), "“phones” should be a list"),
        (full_service(phones=["555"]), "“phone” should stand in curly"),
        (full_service(organization="o1"), "“organization” should stand in curly"),
        (full_service(name=None), "it has no name."),
        (full_service(name="\ud800"), "name is not written in UTF-8."),
        (full_service(name="a\x00b"), "name holds a NUL byte."),
    ],
)
def test_a_line_that_is_no_full_service_is_refused(folder, line, says):
    report, said = folder.run(write_lines(folder, line, "", full_service(id="s9", phones=[])))
    assert says in said
    assert report.total("refused") >= 1
    assert Service.objects.get().original_id == "s9"


def test_a_cell_that_holds_a_list_is_not_read(folder):
    folder.run(write_lines(folder, full_service(description=["a"], alert={"b": 1})))
    assert Service.objects.get().description == ""


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: [s], lambda s: {"contents": [s]}])
def test_a_single_document_a_list_and_a_page_are_read(folder, wrap):
    path = folder.path / "page.json"
    path.write_text(json.dumps(wrap(full_service())))
    assert folder.run(path)[0].total("created") == 10
