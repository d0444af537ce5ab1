"""Taking a directory over: what is created, what is left alone, what is refused and how that is said."""

import json
import uuid

import pytest
from django.core.management import CommandError, call_command

from resources import services
from resources.hsds import importing, reading
from resources.models import (
    Accessibility,
    Address,
    CostOption,
    ImportedRow,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    Source,
)

pytestmark = pytest.mark.django_db


class Folder:
    """A directory in the making: a good one, until a test spoils it."""

    def __init__(self, path):
        self.path = path
        self.write(
            "organizations", "id,name,email,website", "o1,Harbour House,desk@example.org,www.example.org"
        )
        self.write(
            "locations", "id,organization_id,location_type,name,latitude,longitude", "l1,o1,physical,Quay,1,2"
        )
        self.write("services", "id,organization_id,name,status,description", "s1,o1,Tea,active,Tea and talk")
        self.write("service_at_location", "id,service_id,location_id", "sl1,s1,l1")
        self.write("addresses", "id,location_id,address_1,city,country", "a1,l1,1 Quay,Alder Bay,us")
        self.write("phones", "id,service_id,location_id,number,extension", "p1,s1,,555-0101,12")
        self.write(
            "schedules", "id,service_id,freq,byday,opens_at,closes_at", "c1,s1,weekly,MO,9:00am,17:00+01:00"
        )

    def write(self, table, *lines):
        (self.path / f"{table}.csv").write_text("\n".join(lines) + "\n", "utf-8")

    def run(self, path=None, **options):
        said = []
        options.setdefault("source", "County")
        report = importing.run(path=path or self.path, tell=said.append, **options)
        return report, "\n".join(said)


@pytest.fixture
def folder(tmp_path, db):
    return Folder(tmp_path)


def totals(report):
    return tuple(report.total(what) for what in ("created", "changed", "unchanged", "kept", "refused"))


def test_everything_lands_as_an_unverified_draft_with_its_source(folder):
    report, said = folder.run(licence="CC BY", url="https://example.org/data")
    assert (totals(report), said) == ((7, 0, 0, 0, 0), "")
    service = Service.objects.get()
    assert (service.published_at, service.verification, service.source.name) == (None, None, "County")
    assert service.original_id == "s1"
    assert service.source.licence == "CC BY"
    assert service.source.imported_at
    assert service.organization.website == "http://www.example.org"
    assert Address.objects.get().country == "US"
    assert Phone.objects.get().extension == 12
    schedule = Schedule.objects.get()
    assert (schedule.freq, str(schedule.opens_at), str(schedule.closes_at)) == (
        "WEEKLY",
        "09:00:00",
        "17:00:00",
    )
    assert Service.objects.matching("alder harbour").get() == service


def test_a_second_time_changes_nothing(folder):
    folder.run(licence="CC BY")
    report, said = folder.run()
    assert totals(report) == (0, 0, 7, 0, 0)
    assert said == ""
    assert report.summary()[-1] == "All: 0 created, 0 changed, 7 unchanged"
    assert Source.objects.get().licence == "CC BY"


def test_what_the_source_changed_is_changed(folder):
    folder.run()
    folder.write("services", "id,organization_id,name,status", "s1,o1,Coffee,temporarily closed")
    report, _said = folder.run()
    assert totals(report) == (0, 1, 6, 0, 0)
    service = Service.objects.get()
    assert (service.name, service.status, service.description) == ("Coffee", "temporarily closed", "")
    assert totals(folder.run()[0]) == (0, 0, 7, 0, 0)


def test_what_a_curator_edited_stays_and_the_rest_of_the_row_moves_on(folder):
    folder.run()
    Service.objects.update(name="Tea with Ana")
    folder.write("services", "id,organization_id,name,status,description", "s1,o1,Coffee,active,New words")
    report, said = folder.run()
    assert totals(report) == (0, 1, 6, 0, 0)
    service = Service.objects.get()
    assert (service.name, service.description) == ("Tea with Ana", "New words")
    assert "services.csv:2: left as curated: name." in said
    report, _said = folder.run()
    assert totals(report) == (0, 0, 6, 1, 0)


def test_a_curator_and_the_source_may_agree(folder):
    folder.run()
    Service.objects.update(name="Coffee")
    folder.write("services", "id,organization_id,name,status,description", "s1,o1,Coffee,active,Tea and talk")
    assert totals(folder.run()[0]) == (0, 1, 6, 0, 0)
    assert totals(folder.run()[0]) == (0, 0, 7, 0, 0)


def test_what_a_curator_removed_does_not_come_back(folder):
    folder.run()
    Phone.objects.all().delete()
    folder.write("phones", "id,service_id,number", "p1,s1,555-0199")
    report, said = folder.run()
    assert totals(report) == (0, 0, 6, 1, 0)
    assert "phones.csv:2: left as curated" in said
    assert not Phone.objects.exists()


def test_nothing_of_a_published_listing_moves(folder, curator):
    folder.run()
    service = Service.objects.get()
    services.verify(service=service, by=curator, how="phone", parts=["name"])
    services.publish(service=service, by=curator)
    folder.write("organizations", "id,name", "o1,New House")
    folder.write("locations", "id,organization_id,location_type,name", "l1,o1,physical,New Quay")
    folder.write("services", "id,organization_id,name,status", "s1,o1,New Tea,active")
    folder.write("addresses", "id,location_id,address_1", "a1,l1,2 Quay", "a2,l1,3 Quay")
    folder.write("phones", "id,service_id,number", "p1,s1,1", "p2,s1,2")
    report, said = folder.run()
    assert totals(report) == (0, 0, 2, 7, 0)
    assert said.count("left as curated") == 7
    service.refresh_from_db()
    assert (service.name, service.organization.name) == ("Tea", "Harbour House")
    assert (Phone.objects.get().number, Address.objects.get().address_1) == ("555-0101", "1 Quay")


def test_a_new_service_of_a_known_organisation_is_a_new_draft(folder, curator):
    folder.run()
    services.verify(service=Service.objects.get(), by=curator, how="phone", parts=["name"])
    services.publish(service=Service.objects.get(), by=curator)
    folder.write(
        "services",
        "id,organization_id,name,status,description",
        "s1,o1,Tea,active,Tea and talk",
        "s2,o1,More,,",
    )
    folder.write("service_at_location", "id,service_id,location_id", "sl1,s1,l1", "sl2,s2,l1")
    assert totals(folder.run()[0]) == (2, 0, 7, 0, 0)


def test_what_was_archived_stays_away(folder, curator):
    folder.run()
    services.archive(service=Service.objects.get(), by=curator)
    folder.write("services", "id,organization_id,name", "s1,o1,Tea again")
    assert totals(folder.run()[0]) == (0, 0, 6, 1, 0)


def test_a_dry_run_tells_all_and_changes_nothing(folder):
    report, _said = folder.run(dry_run=True)
    assert totals(report)[0] == 7
    assert not Source.objects.exists()
    assert not Service.objects.exists()


def test_ids_that_are_uuids_are_kept_and_others_always_get_the_same(folder):
    known = uuid.uuid4()
    folder.write("organizations", "id,name", f"{str(known).upper()},Kept", "17,Made")
    folder.run()
    made = Organization.objects.get(name="Made").pk
    assert Organization.objects.get(name="Kept").pk == known
    assert made.version == 5
    Source.objects.all()  # another source's 17 is another organisation
    folder.run(source="Town")
    assert Organization.objects.filter(name="Made").count() == 2


def test_a_record_of_another_source_is_not_taken_over(folder):
    known = uuid.uuid4()
    folder.write("organizations", "id,name", f"{known},Ours")
    folder.run()
    folder.write("organizations", "id,name", f"{known},Theirs")
    _report, said = folder.run(source="Town")
    assert "organizations.csv:2: refused: its id belongs to a record from another source." in said
    assert Organization.objects.get(pk=known).name == "Ours"


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
    folder.write("funding", "id", "f1")
    (folder.path / "notes.txt").write_text("hello")
    assert folder.run()[1] == "funding.csv: not used: Supportnet keeps nothing of this table."


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


def test_a_failure_half_way_leaves_nothing_behind(folder, monkeypatch):
    def fail(*_args):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(services, "reindex", fail)
    with pytest.raises(RuntimeError):
        folder.run()
    assert not any(model.objects.exists() for model in (Source, Organization, Service, ImportedRow))


# Nested JSON ----------------------------------------------------------------------------------


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


# The command ----------------------------------------------------------------------------------


def test_the_command_says_what_it_did(folder, capsys):
    call_command("import_hsds", str(folder.path), "--source", "County", "--sample")
    said = capsys.readouterr().out
    assert "services.csv: 1 created, 0 changed, 0 unchanged" in said
    assert "All: 7 created" in said
    assert Source.objects.get().is_sample


def test_the_command_can_only_try(folder, capsys):
    call_command("import_hsds", str(folder.path), "--dry-run")
    assert "nothing was changed" in capsys.readouterr().out
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing", None, "neither a folder nor"),
        ("missing.ndjson", None, "No such file"),
        ("data.xml", "<x/>", "neither a folder nor"),
        ("bad.json", "{", "is not JSON"),
        ("number.json", '{"contents": 3}', "holds no list"),
    ],
)
def test_the_command_explains_a_path_it_cannot_read(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=says):
        call_command("import_hsds", str(path))
    assert not Source.objects.exists()


def test_a_folder_without_any_table_is_no_directory(tmp_path):
    with pytest.raises(CommandError, match="holds no HSDS table"):
        call_command("import_hsds", str(tmp_path))
