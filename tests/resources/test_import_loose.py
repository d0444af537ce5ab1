"""What an import refuses or leaves out, with its place, while the rest goes in."""

import json

import pytest

from resources.hsds import reading
from resources.models import ImportedRow, Location, Organization, Phone, Service, Unindexed
from resources.services import catching_up
from tests.resources.folders import folder as folder
from tests.resources.folders import totals

pytestmark = pytest.mark.django_db


REFUSALS = [
    ("services", "s2,,Nobody's,active,", "services.csv:3: refused: it has no organization_id."),
    ("services", "s2,o9,Orphan,active,", "services.csv:3: refused: its organization_id leads to no record"),
    ("services", "s2,o1,,active,", "services.csv:3: refused: it has no name."),
    ("services", ",o1,No id,active,", "services.csv:3: refused: it has no id."),
    ("services", f"{'i' * 201},o1,Long id,,", "services.csv:3: refused: its id is too long."),
    ("services", "s1,o1,Twice,active,", "services.csv:3: refused: it has the same id as services.csv:2."),
    ("services", "s2,o1,Odd,sometimes,", "services.csv:3: refused: status “sometimes” is not right"),
    ("services", "s2,o1,Ragged", "services.csv:3: refused: it has 3 cells where the header has 5."),
    (
        "services",
        "s2,o1,Ragged,active,x,y",
        "services.csv:3: refused: it has 6 cells where the header has 5.",
    ),
    ("services", "s2,o1,N\x00L,active,", "services.csv:3: refused: name holds a NUL byte."),
    ("services", f"s2,o1,{'x' * 256},active,", "services.csv:3: refused: name “xxx"),
    ("services", f"s2,o1,Huge,active,{'x' * 20001}", "services.csv:3: refused: description “xxx"),
    ("services", f"s2,o1,Huge,active,{'x' * 140000}", "services.csv:3: refused: it cannot be read as CSV"),
    ("phones", "p2,,,555-0102,", "phones.csv:3: refused: it belongs to nothing."),
    ("phones", "p2,s9,,555-0102,", "phones.csv:3: refused: its service_id leads to no record"),
    ("schedules", "c2,s1,WEEKLY,MO,25:00,", "schedules.csv:3: refused: opens_at “25:00” is not right"),
    ("schedules", "c2,s1,WEEKLY,MO,soon,", "schedules.csv:3: refused: opens_at “soon” is not right"),
    ("schedules", "c2,s1,DAILY,,,", "schedules.csv:3: refused: freq “DAILY” is not right"),
    ("service_at_location", "sl2,s1,l1", "service_at_location.csv:3: refused: the directory's rules do not"),
]


@pytest.mark.parametrize(("table", "line", "says"), REFUSALS)
def test_a_bad_row_is_refused_with_its_place_and_the_rest_goes_in(folder, table, line, says):
    file = folder.path / f"{table}.csv"
    file.write_text(file.read_text("utf-8") + line + "\n", "utf-8")
    report, said = folder.run()
    assert totals(report) == (7, 0, 0, 0, 1)
    assert said.startswith(says), said


def test_what_hangs_on_a_refused_row_is_refused_too(folder):
    folder.write("organizations", "id,name", "o1,")
    report, said = folder.run()
    assert totals(report) == (2, 0, 0, 0, 5)  # the place and its address stand on their own
    assert "locations.csv:2: left out: its organization_id leads nowhere." in said
    assert "service_at_location.csv:2: refused: its service_id leads to no record" in said


LEFT_OUT = [
    (
        "organizations",
        "id,name,email",
        "o1,House,not an address",
        "email “not an address” is not right",
        "email",
        "",
    ),
    ("organizations", "id,name,website", "o1,House,javascript:alert(1)", "website", "website", ""),
    ("organizations", "id,name,year_incorporated", "o1,House,99999999999", "year", "year_incorporated", None),
    ("locations", "id,latitude,longitude", "l1,nan,2", "latitude “nan” is not right", "longitude", None),
    ("locations", "id,latitude,longitude", "l1,91,2", "latitude “91” is not right", "latitude", None),
    (
        "services",
        "id,organization_id,name,minimum_age,maximum_age",
        "s1,o1,Tea,9,8",
        "backwards",
        "minimum_age",
        None,
    ),
    (
        "services",
        "id,organization_id,name,assured_date",
        "s1,o1,Tea,2026-02-30",
        "assured_date",
        "assured_date",
        None,
    ),
    (
        "phones",
        "id,service_id,number,extension",
        "p1,s1,1,4385 or 2",
        "extension “4385 or 2”",
        "extension",
        None,
    ),
]


@pytest.mark.parametrize(("table", "header", "line", "says", "column", "value"), LEFT_OUT)
def test_a_loose_cell_that_makes_no_sense_is_left_out_and_said(
    folder, table, header, line, says, column, value
):
    folder.write(table, header, line)
    report, said = folder.run()
    assert totals(report) == (7, 0, 0, 0, 0)
    assert f"{table}.csv:2: left out: " in said
    assert says in said
    models = {"organizations": Organization, "locations": Location, "services": Service, "phones": Phone}
    assert getattr(models[table].objects.get(), column) == value


def test_personal_contacts_are_left_out(folder):
    folder.write("contacts", "id,name,email", "k1,A Person,person@example.org")
    folder.write("phones", "id,service_id,contact_id,number", "p1,s1,,1", "p2,,k1,2")
    _report, said = folder.run()
    assert "contacts.csv: left out: these are people's own names and numbers." in said
    assert "phones.csv:3: refused: it belongs to one person" in said


def test_tables_that_are_not_kept_are_named(folder):
    folder.write("metadata", "id", "f1")
    (folder.path / "notes.txt").write_text("hello")
    assert folder.run()[1] == "metadata.csv: not used: Supportnet keeps nothing of this table."


def test_a_byte_order_mark_and_capitals_in_the_header_are_no_trouble(folder):
    (folder.path / "organizations.csv").write_bytes("\ufeffID, Name\r\no1,Härbour\r\n\r\n".encode())
    assert totals(folder.run()[0])[4] == 0
    assert Organization.objects.get().name == "Härbour"


def test_only_the_rows_in_another_encoding_are_refused(folder):
    folder.write("organizations", "id,name", "o1,House")
    with (folder.path / "organizations.csv").open("ab") as file:
        file.write("o2,Café\n".encode("latin-1"))
    _report, said = folder.run()
    assert said == "organizations.csv:3: refused: name is not written in UTF-8."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty."),
        (b"name\nx\n", "no column “id”"),
        (b"id,name,name\n1,a,b\n", "“name” stands there twice"),
        ("id,name\n1,a\n".encode("utf-16"), "no column “id”"),
        (b"PK\x03\x04\x00\x00zip", "no column “id”"),
    ],
)
def test_a_table_that_is_none_is_refused_as_a_whole(folder, content, says):
    (folder.path / "phones.csv").write_bytes(content)
    report, said = folder.run()
    assert totals(report) == (6, 0, 0, 0, 1)
    assert said.startswith("phones.csv:1: refused: ")
    assert says in said


def test_an_endless_line_is_skipped(folder, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINE", 200)
    folder.write("organizations", "id,name", "o1,House", "o2," + "x" * 900, "o3,Other")
    _report, said = folder.run()
    assert said == "organizations.csv:3: refused: the line is far too long."
    assert Organization.objects.count() == 2


def test_what_a_row_says_does_not_steer_the_terminal(folder):
    folder.write("services", "id,organization_id,name,status", "s1,o1,Tea,\x1b[2Jclosed")
    assert "\x1b" not in folder.run()[1]


def test_a_link_on_the_disk_leads_nowhere_else(folder):
    (folder.path / "datapackage.json").write_text(json.dumps({"resources": [{"path": "../../etc/passwd"}]}))
    (folder.path / "phones.csv").unlink()
    (folder.path / "phones.csv").mkdir()
    assert totals(folder.run()[0]) == (6, 0, 0, 0, 0)


def test_a_failure_half_way_leaves_whole_groups_and_the_next_run_takes_the_rest(folder):
    def fail(number, _reading):
        if number == 3:
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError):
        folder.run(each=fail)
    assert (Organization.objects.count(), Service.objects.count()) == (1, 0)
    assert ImportedRow.objects.count() == 2
    report, _said = folder.run()
    assert totals(report) == (5, 0, 2, 0, 0)
    assert totals(folder.run()[0]) == (0, 0, 7, 0, 0)


def test_the_search_hears_of_what_a_killed_import_took(folder, monkeypatch):
    def fail(*_args):
        raise RuntimeError("the power went out")

    with monkeypatch.context() as broken:
        broken.setattr(catching_up, "reindex", fail)
        with pytest.raises(RuntimeError):
            folder.run()
    heard = []
    monkeypatch.setattr(catching_up, "reindex", lambda found: heard.extend(found))
    folder.run()
    assert [service.original_id for service in heard] == ["s1"]
    assert not Unindexed.objects.exists()
