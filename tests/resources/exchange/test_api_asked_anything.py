"""Schemathesis reads what the API says of itself and asks it what nobody thought of asking, over a real server."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from resources.api.routes import api

# Redirects of merged listings are followed; nothing here writes, so every example may be asked in any order.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


schema = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/hsds/v3/")))
)


@pytest.fixture
def server(live_server, settings, town):
    settings.DIRECTORY_API_RATE = settings.DIRECTORY_API_STREAMS = (1_000_000, 60)
    return live_server.url


@schema.parametrize()
@settings(
    max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)
def test_whatever_is_asked_the_api_answers_as_it_says(case, server):
    case.call_and_validate(base_url=server, checks=CHECKS)
