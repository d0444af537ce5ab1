"""A large directory costs as much a row as a small one, and a batch is written as its rows would be one by one."""

import csv
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bench import exchange_files
from resources import vocabulary
from resources.hsds import standing
from resources.models import Attribute, ImportedRow, Location, Organization, QuarantinedRow, Service, Source
from tests.resources.folders import folder as folder
from tests.resources.folders import totals

pytestmark = pytest.mark.django_db


def plan_of(question, *values):
    """How the database means to answer, as lines."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {question}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.fixture
def unknown_to_the_planner():
    """Many rows of one source in a table of which no statistics were ever made."""
    source = Source.objects.create(name="Large")
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO resources_importedrow (source_id, "table", row_id, values)
            SELECT %s, 'service', gen_random_uuid(), '{}' FROM generate_series(1, 20000)""",
            [source.pk],
        )
    return source


def test_what_was_said_is_found_by_its_key_while_nothing_is_known_of_the_table(unknown_to_the_planner):
    source = unknown_to_the_planner
    keys = list(ImportedRow.objects.values_list("row_id", flat=True)[:500])
    rows = json.dumps([{"id": str(key), "said": {}} for key in keys])
    for question, said in ((standing.DIFFERENT, rows), (standing.OURS, [str(key) for key in keys])):
        plan = plan_of(question.format(table="resources_service"), said, source.pk, "service")
        assert "imported_row_once" in plan
        assert "Seq Scan on resources_importedrow" not in plan


def written(path, services, edition=1):
    path.mkdir(exist_ok=True)
    return exchange_files.write_tables(path, services, edition)


def test_another_batch_asks_as_many_questions_as_the_one_before(folder, tmp_path):
    counts = []
    for number in (501, 1001, 1501):
        with CaptureQueriesContext(connection) as asked:
            folder.run(written(tmp_path / "large", number), source="Large")
        counts.append(len(asked))
        Source.objects.get(name="Large").rows.all().delete()
        Service.objects.all().delete()
        Organization.objects.all().delete()
    # A table that ends in the middle of a portion is some questions more or less; one for each row would be hundreds.
    assert counts[2] - counts[1] <= 1.2 * (counts[1] - counts[0])


def test_an_invented_directory_comes_in_moves_on_and_stays(folder, tmp_path):
    path = written(tmp_path / "invented", 24)
    report, said = folder.run(path)
    assert (totals(report), said) == ((3 + 24 * 7, 0, 0, 0, 0), "")
    assert set(Service.objects.values_list("cost", flat=True)) == {"free"}
    assert Attribute.objects.count() == 24
    written(path, 24, edition=2)
    assert totals(folder.run(path)[0]) == (0, 48, 3 + 24 * 5, 0, 0)
    assert totals(folder.run(path)[0]) == (0, 0, 3 + 24 * 7, 0, 0)


def test_it_comes_line_by_line_the_same(folder, tmp_path):
    for edition, expected in ((1, (24, 0)), (2, (0, 24)), (2, (0, 0))):
        path = exchange_files.write_lines(tmp_path / "invented.ndjson", 24, edition)
        report, said = folder.run(path)
        counts = report.counts["services.csv"]
        assert (counts["created"], counts["changed"], report.total("refused"), said) == (*expected, 0, "")


def test_one_that_breaks_a_rule_of_the_database_is_set_apart_from_five_hundred(folder):
    lines = [f"sl{number},s{number},l1" for number in range(2, 300)]
    services = [f"s{number},o1,Tea,active" for number in range(1, 300)]
    folder.write("services", "id,organization_id,name,status", *services)
    folder.write(
        "service_at_location", "id,service_id,location_id", "sl1,s1,l1", *lines, "twice,s7,l1", "also,s9,l1"
    )
    report, said = folder.run()
    assert (report.counts["service_at_location.csv"]["created"], report.total("refused")) == (299, 2)
    assert "service_once_at_a_location" in said
    assert set(QuarantinedRow.objects.values_list("cells__id", flat=True)) == {"twice", "also"}


def test_rows_of_one_batch_may_each_change_something_else(folder):
    header = "id,organization_id,name,status,description"
    folder.write(
        "services", header, "s1,o1,Tea,active,Talk", "s2,o1,Walk,active,Slow", "s3,o1,Rest,active,Long"
    )
    folder.run()
    Service.objects.filter(original_id="s3").update(name="Nap")
    folder.write(
        "services", header, "s1,o1,Coffee,active,Talk", "s2,o1,Walk,inactive,", "s3,o1,Rest,active,Longer"
    )
    assert totals(folder.run()[0])[1] == 3
    found = Service.objects.order_by("original_id").values_list("name", "status", "description")
    assert list(found) == [
        ("Coffee", "active", "Talk"),
        ("Walk", "inactive", ""),
        ("Nap", "active", "Longer"),
    ]
    assert totals(folder.run()[0])[1] == 0


def test_what_one_row_says_and_its_neighbour_does_not_is_the_models_own_default(folder, tmp_path):
    known = exchange_files.terms()
    speaks, is_silent = (
        exchange_files.full(1, 1, known),
        exchange_files.full(2, 1, known) | {"attributes": []},
    )
    path = tmp_path / "two.ndjson"
    path.write_text(json.dumps(speaks) + "\n" + json.dumps(is_silent) + "\n")
    folder.run(path)
    found = Service.objects.order_by("cost").values_list("cost", "kind", "delivery", "confirmed")
    assert list(found) == [("", "service", [], []), ("free", "service", [], [])]


def test_a_time_zone_nobody_knows_is_left_out_and_said(folder):
    with (folder.path / "attributes.csv").open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "link_id", "taxonomy_term_id", "link_entity", "value"])
        zone = vocabulary.term_key(vocabulary.FACTS, "about:time_zone")
        writer.writerow(["t1", "l1", zone, "location", "Europe/Atlantis"])
    _report, said = folder.run()
    assert "“Europe/Atlantis” is not right: this is not a time zone" in said
    assert Location.objects.get().time_zone == ""
    (folder.path / "attributes.csv").write_text(
        (folder.path / "attributes.csv").read_text().replace("Atlantis", "Lisbon")
    )
    folder.run()
    assert Location.objects.get().time_zone == "Europe/Lisbon"


@pytest.mark.parametrize("bad", ["javascript:alert(1)", "http://", "https://exa mple.org", "http://[::1"])
def test_an_address_that_is_none_is_left_out_and_said(folder, bad):
    folder.write("organizations", "id,name,website", f"o1,Harbour House,{bad}")
    _report, said = folder.run()
    assert "organizations.csv:2: left out: website" in said
    assert Service.objects.get().organization.website == ""


@pytest.mark.parametrize("field", ["delivery", "access", "access_lacking"])
def test_a_list_of_choices_holds_nothing_else(folder, field):
    folder.run()
    with pytest.raises(IntegrityError, match="_known"), transaction.atomic():
        Service.objects.update(**{field: ["moat"]})
