"""With three and with three hundred of everything: every page of networks and asks runs the same few queries.

Session, person, and for the bar whether they support somebody, are three of them on almost every page.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from asks import links as ask_links
from networks.models import ShareLink
from tests.access.table import ASKS, FRONT, INVITED, JOINING, KEEPING_WARM, NETWORK, SHARING, SUPPORT
from tests.site.crowd import Crowd, gathered

MOST = 10
# Whose page, and what to open before; then its queries.
MAYAS = {
    "/": 3,
    # ties, memberships, invitations, their wishes, words of members, energy of today, this week's suggestion;
    "/network/": 10,
    "/network/?quiet=on&q=person&circle=close": 10,
    "/network/add/": 3,
    "/network/import/": 3,
    # ties, their moves, the last contact until then;
    "/network/then/": 5,
    "/network/then/?months=12": 5,
    "/network/quiet/": 7,
    "/network/archive/": 4,
    "/network/words/": 5,
    "/network/words/?tie={tie}": 6,
    # the tie, its membership, its invitation, its contacts;
    "/network/{tie}/": 7,
    # and the words of both sides;
    "/network/{joined.tie_id}/": 9,
    "/network/{tie}/edit/": 4,
    "/network/{tie}/remove/": 6,
    "/network/{tie}/archive/": 6,
    "/network/{tie}/invite/": 6,
    "/network/{touch.tie_id}/log/{touch.pk}/": 7,
    "/network/sharing/{joined.pk}/": 6,
    "/network/sharing/{joined.pk}/end/": 4,
    # the same code as "People I support", for one of them;
    "/network/sharing/{joined.pk}/preview/": 8,
    "/network/link/": 5,
    "/network/requests/{request.pk}/": 7,
    "/network/who-sees/": 7,
    "/network/consents/": 6,
    "/network/who-looked/": 5,
    # dates with who said yes, members, what they carry, gifts, energy, whom they organise for;
    "/asks/": 9,
    "/asks/new/": 4,
    "/asks/new/?need=lift": 6,
    "/asks/new/?need=lift&words=1": 5,
    "/asks/{taken.ask_id}/": 7,
    "/asks/dates/{taken.pk}/entry.ics": 7,
    "/asks/gave/": 5,
    "/asks/calendar/": 4,
}
ANAS = {
    "/": 4,
    # memberships with the words of both sides, plans and places, check-ins, silences, names, asks, a look at each, and
    # whether our letters reach her;
    "/support/": 10,
    # nobody waits after her here: tests/checkins/test_alert_queries.py counts it with others;
    "/support/silence/{told.silence_id}/": 9,
    "/safety/{place.pk}/": 6,
    "/network/support/{membership.pk}/leave/": 4,
    "/network/support/{membership.pk}/organise/": 4,
    "/asks/open/": 8,
    "/asks/open/{asked.pk}/": 9,
    "/asks/offer/{membership.pk}/": 5,
    "/asks/for/{membership.pk}/": 6,
    "/asks/for/{membership.pk}/new/": 4,
    "/asks/for/{membership.pk}/new/?need=lift": 4,
}
# Whoever holds a letter or a link, signed in or not.
ANYBODYS = {
    "/": 0,
    "/network/in-touch/{hello}/": 1,
    "/network/invited/ after /network/invited/{invited}/": 3,
    "/network/invited/declined/": 1,
    "/network/join/ after /network/join/{link}/": 3,
    "/asks/a/{answer}/": 7,
    "/asks/a/{answer}/entry.ics": 10,
    "/asks/calendar/{feed}.ics": 9,
}
PAGES = {**MAYAS, **ANAS, **ANYBODYS}
# Of another room: plans, ladders, silences, wishes and letters come together there, and cost more than ten.
TODAY = "/today/"
MAYAS_TODAY, ANAS_TODAY = 21, 17
# A file, on a fresh sign-in, or what was sent before: their own tests count them.
ELSEWHERE = {"import_look", "export", "leave", "healthz", "readyz", "mailbox", "mailbox_message"}


def walked(client: Client, pages: dict[str, int], names: dict[str, Any]) -> dict[str, int]:
    """The queries of each page."""
    found = {}
    for page in pages:
        path, _after, before = page.format(**names).partition(" after ")
        if before:
            client.get(before)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code in (200, 302 if path == "/" else 200), page
        found[page] = len(seen)
    return found


def names_of(crowd: Crowd) -> dict[str, Any]:
    """What stands in braces."""
    return {
        **vars(crowd),
        "tie": crowd.tie.pk,
        "hello": signing.dumps(crowd.suggestion.pk, salt="networks.hello"),
        "invited": crowd.invitation.token(),
        "link": ShareLink.objects.get(owner=crowd.maya).token(),
        "answer": ask_links.token_for(crowd.asked, crowd.membership),
        "feed": crowd.feed.token(),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("number", [3, 300])
@time_machine.travel(timezone.now(), tick=False)
def test_every_page_asks_as_little_however_many_there_are(number: int) -> None:
    crowd = gathered(number)
    names = names_of(crowd)
    mayas, anas = {**MAYAS, TODAY: MAYAS_TODAY}, {**ANAS, TODAY: ANAS_TODAY}
    for person, pages in ((crowd.maya, mayas), (crowd.ana, anas), (None, ANYBODYS)):
        client = Client()
        if person:
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert walked(client, pages, names) == pages
    assert max(PAGES.values()) <= MOST


def test_no_page_of_networks_and_asks_is_left_out() -> None:
    """Whatever shows a page to anybody, by the table of all addresses, is walked here."""
    rows = [*FRONT, *NETWORK, *KEEPING_WARM, *SHARING, *INVITED, *JOINING, *SUPPORT, *ASKS]
    shown = {row.name for row in rows if "page" in row.get.values()}
    paths = (re.sub(r"{[^}]*}", "1", re.split(r"\?| after ", page)[0]) for page in PAGES)
    assert shown - ELSEWHERE == {resolve(path).view_name for path in paths}
