"""What goes out comes in again as it was; what comes in twice changes nothing; who disagrees asks once."""

import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from resources import services
from resources.hsds import exporting, importing, reading, unpacking
from resources.models import (
    ChangeRequest,
    Contact,
    Location,
    Organization,
    Phone,
    QuarantinedRow,
    Service,
    Source,
    Unit,
)
from tests.resources.folders import folder as folder
from tests.resources.folders import totals

pytestmark = pytest.mark.django_db


def emptied():
    """All of the directory away, but not its words."""
    Service.objects.update(verification=None, published_at=None, published_by=None)
    for model in (Service, Location, Organization, Unit, Source):
        model.objects.all().delete()


def lines(path):
    """Without when it was last modified: a copy is written when it is written."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for each in found:
        del each["last_modified"]
    return sorted(json.dumps(in_order(each), sort_keys=True) for each in found)


def in_order(node):
    if isinstance(node, dict):
        return {key: in_order(value) for key, value in node.items()}
    if isinstance(node, list):
        return sorted((in_order(each) for each in node), key=lambda each: json.dumps(each, sort_keys=True))
    return node


def brought_in(path, **more):
    return importing.run(
        path=path, source="Alder Bay (sample)", tell=str, licence="Invented for Supportnet", **more
    )


@pytest.mark.parametrize("form", ["tables", "tables.zip", "lines.ndjson"])
def test_import_of_an_export_is_what_was_exported(everything, tmp_path, form):
    Service.objects.update(alert_until=None)
    Organization.objects.update(source=everything.source)
    exporting.export(tmp_path / form)
    exporting.export(tmp_path / "before.ndjson")
    emptied()
    report = brought_in(tmp_path / form)
    assert report.total("refused") == 0
    call_command("export_hsds", str(tmp_path / "after.ndjson"), "--with-drafts")
    before, after = lines(tmp_path / "before.ndjson"), lines(tmp_path / "after.ndjson")
    assert after == before
    again = brought_in(tmp_path / form)
    assert (again.total("created"), again.total("changed"), again.total("refused")) == (0, 0, 0)


def test_who_disagrees_with_a_public_page_asks_the_curators_once(folder, curator):
    folder.run()
    service = Service.objects.get()
    services.verify(service=service, by=curator, how="phone", parts=["name", "contact"])
    Service.objects.filter(pk=service.pk).update(published_at="2026-01-01T00:00Z")
    folder.write("services", "id,organization_id,name,status,description", "s1,o1,Coffee,active,Tea and talk")
    folder.write("phones", "id,service_id,number", "p1,s1,555-0101", "p9,s1,555-0109")
    for _ in range(3):
        folder.run()
    [asked] = ChangeRequest.objects.filter(kind="conflict", fields__field="name").distinct()
    field = asked.fields.get(field="name")
    assert (field.table, field.row, field.before, field.after) == ("service", service.pk, "Tea", "Coffee")
    new = ChangeRequest.objects.get(
        kind="conflict", fields__table="phone", fields__field="number", fields__group__gt=0
    )
    assert new.fields.get(field="number", group__gt=0).after == "555-0109"
    assert ChangeRequest.objects.get() == asked == new
    folder.write("services", "id,organization_id,name,status,description", "s1,o1,Cocoa,active,Tea and talk")
    folder.run()
    assert ChangeRequest.objects.filter(fields__after="Cocoa").count() == 1


def test_bad_rows_wait_and_go_in_when_what_they_missed_is_there(folder):
    folder.write("phones", "id,service_id,number", "p1,s1,555-0101", "p2,s2,555-0102")
    report, _said = folder.run()
    assert report.total("refused") == 1
    waiting = QuarantinedRow.objects.get()
    assert (waiting.table, waiting.place, waiting.cells["number"]) == ("phone", "phones.csv:3", "555-0102")
    folder.write("services", "id,organization_id,name,status", "s1,o1,Tea,active", "s2,o1,More,active")
    folder.write("phones", "id,service_id,number", "p1,s1,555-0101")
    folder.run()
    assert not QuarantinedRow.objects.exists()
    assert Phone.objects.get(number="555-0102").service.name == "More"


def test_what_the_source_has_no_more_is_told_and_stays(folder):
    folder.write("services", "id,organization_id,name,status", "s1,o1,Tea,active", "s2,o1,More,active")
    folder.run()
    folder.write("services", "id,organization_id,name,status", "s1,o1,Tea,active")
    report, said = folder.run()
    assert "services.csv: no longer in the source: More" in said
    assert report.total("gone") == 1
    assert Service.objects.count() == 2


def test_people_come_only_when_asked_for_and_wait_nowhere(folder):
    folder.write("contacts", "id,service_id,name", "k1,s1,Wren Ashdown")
    folder.write("phones", "id,contact_id,number", "p5,k1,555-0177")
    folder.run()
    assert not Contact.objects.exists()
    assert QuarantinedRow.objects.get().cells is None
    folder.run(with_contacts=True)
    assert Contact.objects.get().phones.get().number == "555-0177"


# What means no good ------------------------------------------------------------------------------


def packed(path, names, content="id,name\no1,House\n"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return path


def test_a_path_in_an_archive_leads_nowhere(tmp_path, db):
    outside = tmp_path / "organizations.csv"
    packed(tmp_path / "a.zip", ["../organizations.csv"])
    report = brought_in(tmp_path / "a.zip")
    assert report.total("created") == 1
    assert not outside.exists()
    packed(tmp_path / "b.zip", ["/etc/organizations.csv", "x/organizations.csv"])
    with pytest.raises(unpacking.Unreadable, match="two files named"):
        brought_in(tmp_path / "b.zip")


def test_a_bomb_is_not_opened(tmp_path, db, monkeypatch):
    packed(tmp_path / "bomb.zip", ["services.csv"], "0" * (11 * 2**20))
    with pytest.raises(CommandError, match="far more than it is"):
        call_command("import_hsds", str(tmp_path / "bomb.zip"))
    packed(tmp_path / "many.zip", [f"{number}.csv" for number in range(501)], "")
    with pytest.raises(unpacking.Unreadable, match="too many files"):
        brought_in(tmp_path / "many.zip")
    assert not Source.objects.exists()


def test_an_archive_that_is_cut_off_or_spoilt_is_said_to_be(tmp_path, db):
    whole = packed(tmp_path / "a.zip", ["organizations.csv"]).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:-30])
    spoilt = bytearray(whole)
    spoilt[50:56] = b"\xff" * 6
    (tmp_path / "spoilt.zip").write_bytes(spoilt)
    for name in ("cut.zip", "spoilt.zip"):
        with pytest.raises(unpacking.Unreadable):
            brought_in(tmp_path / name)
    assert not Organization.objects.exists()


def test_what_our_export_made_harmless_is_as_it_was_again(tmp_path, db):
    house = Organization.objects.create(name="=1+1", description="@home")
    Service.objects.create(name="-2+3 tea", organization=house)
    call_command("export_hsds", str(tmp_path / "out"), "--with-drafts")
    assert "'=1+1" in (tmp_path / "out" / "organizations.csv").read_text()
    emptied()
    brought_in(tmp_path / "out")
    assert Organization.objects.get().name == "=1+1"
    assert Service.objects.get().name == "-2+3 tea"


def test_the_same_from_the_older_form_of_a_folder(tmp_path, db):
    files = {
        "organizations": 'id,name,date_incorporated\n1,House,"May 3, 1970"\n',
        "locations": "id,organization_id,name,virtual,languages,accessibility\n"
        '5,1,Hall,false,"Spanish, English",ramp\n',
        "services": 'id,location_id,name,status,fees,keywords,taxonomy_ids\n7,5,Tea,active,None,"tea, talk",101\n',
        "taxonomy": "taxonomy_id,name,parent_id\n101,Emergency,\n101-01,Relief,101\n",
        "regular_schedules": "id,service_id,weekday,opens_at,closes_at\n1,7,Monday,08:00,17:00\n2,7,3,8:00am,noon\n",
        "holiday_schedules": "id,service_id,start_date,end_date,closed,opens_at\n1,7,12/24/2026,12/26/2026,true,\n",
        "mail_addresses": "id,location_id,address_1,city\n1,5,PO Box 1,Bay\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    report = brought_in(tmp_path)
    assert report.total("refused") == 1  # noon is no time of day
    service = Service.objects.get()
    assert (service.organization.year_incorporated, service.keywords) == (1970, "tea, talk")
    assert service.schedules.get().byday == "MO"
    closed = service.exceptions.get()
    assert (str(closed.starts_on), str(closed.ends_on), closed.opens_at) == ("2026-12-24", "2026-12-26", None)
    assert service.attributes.get().taxonomy_term.name == "Emergency"
    assert service.at_locations.get().location.addresses.get().address_type == "postal"
    assert totals(brought_in(tmp_path))[:2] == (0, 0)


def test_a_very_long_json_document_is_not_read_into_memory(tmp_path, db, monkeypatch):
    monkeypatch.setattr(reading, "MAX_DOCUMENT", 10)
    (tmp_path / "long.json").write_text('[{"id": "1"}, {"id": "2"}]')
    with pytest.raises(unpacking.Unreadable, match="too long"):
        brought_in(tmp_path / "long.json")
