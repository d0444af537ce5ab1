"""A curator's morning in the browser: what an import brought is looked at, merged, checked, published, mended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from resources import links, services
from resources.models import (
    Address,
    ChangeRequest,
    Claim,
    Feedback,
    FieldChange,
    Likeness,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from tests.conftest import PASSWORD, person
from tests.journeys.conftest import DESK, PHONE, Someone, fills_in, publishes
from tests.journeys.desk_at_work import DESK as AT
from tests.journeys.desk_at_work import EMPTY, of_listing

pytestmark = pytest.mark.django_db(transaction=True)
SMALLEST = {"width": 320, "height": 640}


@pytest.fixture
def cora(live_site: str) -> User:
    user = person("cora@example.org", "Cora")
    services.appoint_curator(user=user)
    return user


@pytest.fixture
def topic(live_site: str) -> TaxonomyTerm:
    """Emptying the database between two tests takes what migrations wrote with it."""
    ours, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Ours"})
    return TaxonomyTerm.objects.get_or_create(
        taxonomy=ours, code="company", defaults={"name": "Company", "description": "Others to talk to."}
    )[0]


@pytest.fixture
def yoga(cora: User, topic: TaxonomyTerm) -> Service:
    """A public listing with a bit of everything."""
    house = Organization.objects.create(name="Harbour House", email="house@example.org")
    service = Service.objects.create(
        name="Chair yoga for everybody", organization=house, cost="free", delivery=["in_person"]
    )
    Phone.objects.create(service=service, number="555-0150 77")
    hall = Location.objects.create(name="The Hall", organization=house)
    Address.objects.create(location=hall, address_1="1 Quay", city="Alder Bay")
    ServiceAtLocation.objects.create(service=service, location=hall)
    service.attributes.create(taxonomy_term=topic, link_type="topic")
    services.tick_rules(
        service=service, by=cora, rules=["open", "fitting", "steady", "fair", "honest", "safe"]
    )
    services.verify(service=service, by=cora, how="phone", parts=["name", "contact", "place"])
    services.publish(service=service, by=cora)
    return Service.objects.get(pk=service.pk)


@pytest.fixture
def imported(tmp_path: Path, yoga: Service) -> None:
    """Another directory's file: one that we have already, and one that is new."""
    files = {
        "organizations.csv": "id,name,description\no1,Harbor house,A house\no2,Quay Club,A club\n",
        "services.csv": (
            "id,organization_id,name,status,description\n"
            "s1,o1,Chair Yoga for everyone,active,Slow and kind\n"
            "s2,o2,Knitting circle,active,Wool and tea\n"
        ),
        "phones.csv": "id,service_id,number\np1,s1,555-0150 77\np2,s2,555-0199 88\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    call_command("import_hsds", str(tmp_path), source="Another directory")
    services.sweep_likeness()


def sign_in(who: Someone, email: str) -> None:
    who.go("/accounts/login/")
    who.page.locator("[name=login]").fill(email)
    who.page.locator("[name=password]").fill(PASSWORD)
    who.press("Sign in")
    who.page.wait_for_url(lambda address: "login" not in address)


@pytest.mark.parametrize("script", [True, False])
def test_a_curator_s_morning(
    someone: Callable[..., Someone], cora: User, yoga: Service, imported: None, script: bool
) -> None:
    desk = someone(script=script)
    sign_in(desk, "cora@example.org")
    desk.follow("The desk")
    # What looks the same is made one.
    desk.follow("Possible duplicates")
    desk.page.locator("main .list a").first.click()
    desk.sees("Are these the same?")
    desk.page.get_by_label("Slow and kind").check()
    desk.press("Make them one")
    desk.sees("They are one now")
    yoga.refresh_from_db()
    assert yoga.description == "Slow and kind"
    # What is new gets what it lacks, one button after the other.
    desk.go("/find/desk/listings/?state=draft")
    desk.follow("Knitting circle")
    fills_in(desk)
    publishes(desk)
    made = Service.objects.published().get(name="Knitting circle")
    visitor = someone(PHONE, script=script)
    visitor.go(made.get_absolute_url())
    visitor.sees("Knitting circle")
    # The old address of the double leads to the one that stayed.
    double = Service.objects.get(merged_into=yoga)
    visitor.go(double.get_absolute_url())
    visitor.page.wait_for_url(f"**{yoga.get_absolute_url()}")


def test_a_mistake_is_mended_and_the_organisation_says_that_it_is_right(
    someone: Callable[..., Someone], cora: User, yoga: Service
) -> None:
    services.propose(
        kind="correction",
        service=yoga,
        note="They have a new number.",
        email="visitor@example.org",
        changes=[services.Proposal("phone", "number", "555-0177", yoga.phones.get().pk)],
    )
    desk = someone()
    sign_in(desk, "cora@example.org")
    desk.go("/find/desk/requests/")
    desk.press("Take the next one")
    desk.sees("They have a new number.")
    desk.press("Take over what is ticked")
    desk.sees("Taken over")
    assert yoga.phones.get().number == "555-0177"
    desk.follow("History")
    desk.sees("555-0177")
    house = someone(PHONE)
    house.go(reverse("still_right", args=[links.token_for(Service.objects.get(pk=yoga.pk))]))
    house.sees("555-0177")
    house.looks()
    house.press("Yes, it is still right")
    house.sees("checked today")
    yoga.refresh_from_db()
    assert "contact" in yoga.confirmed


def everything_waiting(yoga: Service, owner: User) -> list[str]:
    """Something on every page of the desk, and their addresses."""
    request = ChangeRequest.objects.create(kind="correction", service=yoga, note="New name.", sent_by=owner)
    FieldChange.objects.create(
        request=request, table="service", row=yoga.pk, field="name", before=yoga.name, after="Yoga"
    )
    claim = Claim.objects.create(
        organization=yoga.organization, claimed_by=owner, affiliation="Tea.", reach_us="5"
    )
    Feedback.objects.create(service=yoga, said_by=owner, verdict="helpful", words="Warm people.")
    services.do_not_list(name="Nobody", by=owner)
    pair = Likeness.objects.get()
    draft = pair.other_id if pair.one_id == yoga.pk else pair.one_id
    pages = [
        *(*EMPTY, *of_listing(yoga), "listings/?state=published", f"listings/{draft}/"),
        *(f"requests/{request.pk}/", f"duplicates/{pair.pk}/", f"claims/{claim.pk}/"),
        *(f"listings/{yoga.pk}/places/{at.pk}/" for at in yoga.at_locations.all()),
    ]
    return [*(f"{AT}{page}" for page in pages), f"/find/{yoga.pk}/claim/", "/find/ours/"]


@pytest.mark.parametrize(("sizes", "theme"), [((PHONE, DESK), "light"), ((SMALLEST, DESK), "dim")])
def test_nobody_is_shut_out_of_the_desk(
    someone: Callable[..., Someone],
    cora: User,
    yoga: Service,
    imported: None,
    sizes: tuple[dict[str, int], ...],
    theme: str,
) -> None:
    desk = someone(theme=theme)
    sign_in(desk, "cora@example.org")
    for path in everything_waiting(yoga, person("owner@example.org", "Maya")):
        desk.go(path)
        # What is folded is looked at, too.
        desk.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        desk.looks(*sizes)


def test_the_desk_by_keyboard_alone(someone: Callable[..., Someone], cora: User, yoga: Service) -> None:
    desk = someone()
    sign_in(desk, "cora@example.org")
    desk.go(f"/find/desk/listings/{yoga.pk}/")
    summary = desk.page.locator(".parts details.fold > summary").first
    summary.focus()
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/change/about/")
    desk.page.get_by_label("Name", exact=True).fill("Chair yoga")
    desk.page.keyboard.press("Enter")
    desk.sees("Saved.")
    yoga.refresh_from_db()
    assert yoga.name == "Chair yoga"
