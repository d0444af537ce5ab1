"""The import of a directory: what lands, what changes the second time, and the command."""

import uuid

import pytest
from django.core.management import CommandError, call_command

from resources import services
from resources.models import Address, Organization, Phone, Schedule, Service, Source
from tests.resources.conftest import complete
from tests.resources.folders import folder as folder
from tests.resources.folders import totals

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("asked", [{"name": "HARBOUR house"}, {"name": "Other", "domain": "example.org"}])
def test_whoever_asked_not_to_be_listed_is_not_brought_back_by_a_file(folder, curator, asked):
    services.do_not_list(by=curator, **asked)
    _report, said = folder.run()
    assert not Service.objects.exists()
    assert "they asked not to be listed" in said


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
    services.publish(service=complete(service, curator), by=curator)
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
    services.publish(service=complete(Service.objects.get(), curator), by=curator)
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
