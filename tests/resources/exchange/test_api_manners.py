"""How the API behaves to whoever asks: HEAD and OPTIONS, what did not change, how much at a time, which country."""

import json
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection

from resources.api import streaming
from resources.api.routes import api
from resources.models import Location, PostalCode, ServiceAtLocation
from tests.resources.exchange.official import complaints, folder
from tests.resources.exchange.test_api import LISTS

pytestmark = pytest.mark.django_db
BASE = "/api/hsds/v3/"
NDJSON = "application/x-ndjson"
KINDS = dict(LISTS)


def addresses(client):
    """Each kind of address once: lists, and the first of each."""
    for path in KINDS:
        yield f"{BASE}{path}"
        yield f"{BASE}{path}/{client.get(BASE + path).json()['contents'][0]['id']}"


# The standard's own description -----------------------------------------------------------------------


def test_every_address_and_every_parameter_of_the_standard_is_here():
    """One thing is a matter of words there: which parameters stand in the address itself."""
    official = json.loads((Path(folder()).parent / "openapi-3.1.1.json").read_text("utf-8"))
    ours = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/")))["paths"]
    for path, ways in official["paths"].items():
        if "get" not in ways:
            continue
        wanted = {named(each, official) for each in ways["get"].get("parameters", [])}
        there = {each["name"] for each in ours[path]["get"].get("parameters", [])}
        assert wanted <= there, path
        assert set(ways["get"]["responses"]) <= set(ours[path]["get"]["responses"])


def named(parameter, official):
    if "$ref" in parameter:
        return official["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]["name"]
    return parameter["name"]


def test_a_list_is_described_as_pages_and_as_lines():
    paths = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/")))["paths"]
    for path in KINDS:
        assert set(paths[f"/{path}"]["get"]["responses"]["200"]["content"]) == {"application/json", NDJSON}


def test_every_list_however_it_is_asked_for_and_each_single_one_pass_the_official_schemas(ask, everything):
    for (path, kind), form, full in product(LISTS, ("json", "ndjson"), ("true", "false")):
        found = ask(path, format=form, full=full, full_service=full, per_page=500)
        listed = found if form == "ndjson" else found["contents"]
        assert listed
        assert [complaints(kind, each) for each in listed] == [[]] * len(listed)
    for path, kind in LISTS:
        ways = [{"full_service": "true"}, {"full_service": "false"}] if kind == "organization" else [{}]
        for each, asked in product(ask(path, per_page=500)["contents"], ways):
            assert complaints(kind, ask(f"{path}/{each['id']}", **asked)) == []


# HEAD, OPTIONS, other pages ---------------------------------------------------------------------------


def test_head_says_what_get_would_say_without_its_words(client, everything):
    for address in [*addresses(client), BASE]:
        asked, answered = client.head(address), client.get(address)
        assert (asked.status_code, asked.content) == (200, b"")
        assert (asked["ETag"], asked["Content-Type"]) == (answered["ETag"], answered["Content-Type"])
    again = client.head(f"{BASE}services", headers={"if-none-match": client.get(f"{BASE}services")["ETag"]})
    assert again.status_code == 304
    stream = client.head(f"{BASE}services?format=ndjson")
    assert (stream.status_code, stream["Content-Type"], stream.content) == (200, NDJSON, b"")
    assert client.head(f"{BASE}services?page=0").status_code == 422


def test_every_answer_may_be_read_by_any_page(client, everything, settings):
    for address in addresses(client):
        preflight = client.options(address)
        assert (preflight.status_code, preflight["Access-Control-Allow-Origin"]) == (204, "*")
        assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        again = client.get(address, headers={"if-none-match": client.get(address)["ETag"]})
        assert again.status_code == 304
        assert again["Access-Control-Allow-Origin"] == "*"
        assert again["Access-Control-Expose-Headers"] == "ETag, Retry-After"
    odd = [client.get(f"{BASE}services?page=0"), client.get(f"{BASE}nothing"), client.post(f"{BASE}services")]
    settings.DIRECTORY_API_RATE = (0, 60)
    odd.append(client.get(BASE))
    assert [each.status_code for each in odd] == [422, 404, 405, 429]
    assert {each["Access-Control-Allow-Origin"] for each in odd} == {"*"}


def test_a_list_whose_page_changed_is_sent_again(client, everything):
    first = client.get(f"{BASE}services?per_page=500")
    everything.name = "Another name"
    everything.save()
    again = client.get(f"{BASE}services?per_page=500", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["ETag"] != first["ETag"]) == (200, True)


# Everything at once -----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _nobody_left_reading(db):
    """Another test may have asked for a stream in this session and not read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")


@contextmanager
def reading(*places):
    """Somebody else is reading everything, in a session of their own."""
    with closing(connection.copy()) as other, other.cursor() as cursor:
        for place in places:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", place)
        yield
        cursor.execute("SELECT pg_advisory_unlock_all()")


def lines(client, asked=""):
    return client.get(f"{BASE}services?format=ndjson{asked}")


def goes_away(response):
    """As a server says it to us; between two requests it would look after its connections, too."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def nobody_reads():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return cursor.fetchone() == (0,)


def test_only_so_many_read_everything_at_a_time(client, everything, settings):
    settings.DIRECTORY_API_STREAMS_AT_ONCE = 2
    with reading((streaming.ALL, 0), (streaming.ALL, 1)):
        refused = lines(client)
        assert (refused.status_code, refused["Retry-After"]) == (503, "60")
        assert "wait" in refused.json()["detail"]
        assert refused["Access-Control-Allow-Origin"] == "*"
        assert client.get(f"{BASE}services").status_code == 200
    with reading((streaming.ALL, 0)):
        assert b"".join(lines(client).streaming_content)
    assert nobody_reads()


def test_each_client_reads_one_stream_at_a_time(client, everything):
    with reading(streaming.own_place("127.0.0.1")):
        refused = lines(client)
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
        assert "to its end" in refused.json()["detail"]
        other = client.get(f"{BASE}services?format=ndjson", REMOTE_ADDR="10.0.0.9")
        assert other.status_code == 200
        goes_away(other)
    assert nobody_reads()


def test_a_place_is_given_back_however_a_stream_ends(client, everything):
    assert b"".join(lines(client).streaming_content)
    assert nobody_reads()
    half = lines(client)
    assert next(iter(half.streaming_content))
    assert not nobody_reads()
    half._iterator.close()  # the test client's own, which closes the answer
    assert nobody_reads()
    to_the_end = lines(client)
    assert list(to_the_end)
    assert nobody_reads()
    assert lines(client, "&page=0").status_code == 422
    assert client.head(f"{BASE}services?format=ndjson").status_code == 200
    assert client.get(f"{BASE}services/{everything.pk}?format=ndjson").status_code == 200
    assert nobody_reads()


class Undone:
    """Somebody takes back that a listing is at a new place, just before that place is asked for."""

    def __init__(self, at):
        self.at, self.place, self.done = at.pk, at.location_id, False

    def __call__(self, execute, sql, params, many, context):
        if not self.done and 'FROM "resources_location"' in sql:
            self.done = True
            ServiceAtLocation.objects.filter(pk=self.at).delete()
            Location.objects.filter(pk=self.place).delete()
        return execute(sql, params, many, context)


@pytest.mark.parametrize("form", ["json", "ndjson"])
@pytest.mark.parametrize("path", ["services", "service_at_locations"])
def test_a_place_that_goes_while_it_is_read_takes_nothing_else_with_it(ask, everything, path, form):
    at = ServiceAtLocation.objects.create(
        service=everything, location=Location.objects.create(name="A tent", organization=None)
    )
    before = [each["id"] for each in ask(path, per_page=500)["contents"]]
    undone = Undone(at)
    with connection.execute_wrapper(undone):
        found = ask(path, format=form, full="true", per_page=500)
    told = [each["id"] for each in (found if form == "ndjson" else found["contents"])]
    assert undone.done and str(at.pk) not in json.dumps(found)
    assert told == [pk for pk in before if pk != str(at.pk)]


@pytest.mark.parametrize("path", ["services", "service_at_locations", "organizations"])
def test_one_that_is_asked_for_while_a_place_of_it_goes_is_answered(ask, everything, path):
    at = ServiceAtLocation.objects.create(
        service=everything,
        location=Location.objects.create(name="A tent", organization=everything.organization),
    )
    keys = {
        "services": everything.pk,
        "service_at_locations": at.pk,
        "organizations": everything.organization_id,
    }
    undone = Undone(at)
    with connection.execute_wrapper(undone):
        found = ask(
            f"{path}/{keys[path]}", 404 if path == "service_at_locations" else 200, full_service="true"
        )
    assert undone.done and "A tent" not in json.dumps(found)


# One postcode, two countries --------------------------------------------------------------------------


@pytest.fixture
def twice(everything):
    """10115 is in two countries; our places are around the one whose letters come last."""
    Location.objects.update(latitude=40.75, longitude=-73.99)
    PostalCode.objects.create(country="DE", code="10115", latitude=52.53, longitude=13.38)
    PostalCode.objects.create(country="US", code="10115", latitude=40.81, longitude=-73.96)


def test_a_postcode_of_two_countries_is_where_our_places_are_unless_it_is_said(ask, twice):
    public = ServiceAtLocation.objects.filter(service__published_at__isnull=False).count()

    def near(**more):
        return ask("service_at_locations", postcode="10115", proximity="50000", **more)["total_items"]

    assert (near(), near(country="us"), near(country="DE")) == (public, public, 0)
    assert "postcode" in ask("service_at_locations", 422, postcode="10115", country="FR")["detail"]
    assert ask("service_at_locations", 422, country="US")["detail"]
    assert ask("service_at_locations", 422, postcode="10115", country="USA")["detail"]
    Location.objects.update(latitude=None, longitude=None)
    assert near() == 0
