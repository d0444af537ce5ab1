"""A folder as a directory gives it, for the tests of the import."""

import pytest

from resources.hsds import importing


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
