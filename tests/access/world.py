"""One owner with something of everything, and everybody who might come to look at it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core import signing
from django.test import Client

from accounts.models import KeptConsent, User
from asks import links as ask_links
from asks import services as asks
from asks.models import CalendarFeed, Gift, Occurrence
from checkins import agreements
from checkins import services as checkins
from checkins.models import CheckIn, Plan, Silence, SilenceStep, Step
from networks import services as networks
from networks.models import (
    Invitation,
    JoinRequest,
    Membership,
    OwnWords,
    Role,
    Share,
    ShareLink,
    Suggestion,
    Tie,
    Touch,
)
from outbox.models import BrokenAddress, Channel, Heartbeat, Message
from resources import links as listing_links
from resources.models import (
    ChangeRequest,
    Claim,
    Feedback,
    Helpline,
    ImportJob,
    ImportPart,
    Likeness,
    Location,
    Organization,
    Phone,
    QuarantinedRow,
    SavedSearch,
    Service,
    Source,
    Synonym,
    Verification,
)
from resources.services import appoint_curator, propose, publish, save_search, verify
from resources.vocabulary import OURS, term_key
from tests.access.walk import Address
from tests.checkins.conftest import let_all_hours_be_awake
from tests.conftest import person
from tests.resources.conftest import complete

HOUR = dt.timedelta(hours=1)
# Who looks. Everybody has an account but the first.
# A clinician-to-be has an ordinary account: nothing is granted to clinicians yet.
ANONYMOUS, OWNER, OTHER_OWNER, ORDINARY = "anonymous", "owner", "other owner", "ordinary account"
LIMITED, FORMER, ORGANISER = "limited member", "former member", "organiser"
CURATOR, SUPERUSER = "curator", "superuser"
# With whom all is shared; what becomes of the limited member must look the same.
FULL = "member who sees everything"
SEES = {f"member who sees {share.value}": share for share in Share}
SEES_ASKS = f"member who sees {Share.ASKS.value}"
MEMBERS = (*SEES, FULL, LIMITED, ORGANISER)
ROLES = (ANONYMOUS, OWNER, *MEMBERS, FORMER, OTHER_OWNER, ORDINARY, CURATOR, SUPERUSER)

# What is the owner's and stands nowhere else.
TIE_NAMES = ("Quillon Ferrow", "Ottoline Brack", "Zebedee Marsh")
NOTE, PLAN_NAME = "the stairs were a mountain", "Evenings by the kettle"
OWN_WORDS, ASK = "the fog is thick today", "Would you bring the blue basket"


@dataclass
class World:
    """All that addresses are made of. `members` and `told` are each role's own row, if they have one."""

    now: dt.datetime
    people: dict[str, User] = field(default_factory=dict)
    members: dict[str, Membership] = field(default_factory=dict)
    told: dict[str, SilenceStep] = field(default_factory=dict)
    places: dict[str, Step] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    plan: Plan = field(init=False)
    silence: Silence = field(init=False)
    touch: Touch = field(init=False)
    invitation: Invitation = field(init=False)
    suggestion: Suggestion = field(init=False)
    own_words: OwnWords = field(init=False)
    link: ShareLink = field(init=False)
    asked_to_join: JoinRequest = field(init=False)
    date: Occurrence = field(init=False)
    taken: Occurrence = field(init=False)
    feed: CalendarFeed = field(init=False)
    gift: Gift = field(init=False)
    service: Service = field(init=False)
    draft: Service = field(init=False)
    told_curators: ChangeRequest = field(init=False)
    saved_search: SavedSearch = field(init=False)
    curation: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def owner(self) -> User:
        return self.people[OWNER]


def build(now: dt.datetime) -> World:
    world = World(now)
    _people(world)
    let_all_hours_be_awake()
    _network(world)
    _memberships(world)
    _safety_net(world)
    _asks(world)
    _endings(world)
    _joining(world)
    _directory(world)
    _desk()
    return world


def _people(world: World) -> None:
    for role in ROLES[1:]:
        address = role.replace(" ", "-") + "@example.org"
        world.people[role] = person(address, role.title(), is_superuser=role == SUPERUSER)
    User.objects.filter(pk=world.people[SUPERUSER].pk).update(is_staff=True)
    appoint_curator(user=world.people[CURATOR])
    networks.add_tie(by=world.people[OTHER_OWNER], name="Somebody else", circle="close")


def _network(world: World) -> None:
    circles = ("closest", "close", "wider")
    for name, circle in zip(TIE_NAMES, circles, strict=True):
        world.ties.append(networks.add_tie(by=world.owner, name=name, circle=circle))
    world.touch = networks.log_touch(tie=world.ties[0], by=world.owner, at=world.now - 2 * HOUR)
    world.suggestion = Suggestion.objects.create(tie=world.ties[2], made_at=world.now - HOUR)
    world.own_words = networks.keep_words(
        by=world.owner, occasion="hello", text=OWN_WORDS, form_key=uuid.uuid4()
    )
    world.invitation = networks.invite(tie=world.ties[1], by=world.owner, email="invited@example.org")


def _memberships(world: World) -> None:
    everything = [share.value for share in Share]
    for role in (*MEMBERS, FORMER):
        tie = networks.add_tie(by=world.owner, name=f"Tie of {role}", circle="wider")
        world.members[role] = Membership.objects.create(
            tie=tie,
            owner=world.owner,
            member=world.people[role],
            shares=[SEES[role].value] if role in SEES else everything,
            role=Role.ORGANISER if role == ORGANISER else Role.SUPPORTER,
        )


def _safety_net(world: World) -> None:
    """A plan with all of them on its ladder, and a silence of which all of them were told."""
    began = world.now - 3 * HOUR
    everybody = tuple(world.members.values())
    world.plan = checkins.make_plan(
        owner=world.owner,
        now=began,
        name=PLAN_NAME,
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[dt.time(20)],
        grace=2 * HOUR,
        ladder=[checkins.Rung(HOUR), checkins.Rung(HOUR, everybody)],
    )
    for role, membership in world.members.items():
        world.places[role] = step = world.plan.steps.get(membership=membership)
        agreements.agree(step=step, by=membership.member, now=began, terms=step.terms)
    world.silence = checkins.fall_due(plan=world.plan, now=began, wait=HOUR)
    world.silence.steps.update(taken_at=began)
    Message.objects.update(attempts=1)
    world.told = {role: world.silence.steps.get(membership=one) for role, one in world.members.items()}


def _asks(world: World) -> None:
    """Two asks, both from before somebody was limited: one is open, the organiser said yes to the other."""
    made, on = world.now - 3 * HOUR, {"starts_at": world.now + 48 * HOUR, "minutes": 40}
    asked = [
        asks.ask(owner=world.owner, by=world.owner, now=made, need=need, text=f"{ASK} {need}", **on)
        for need in ("lift", "meal")
    ]
    world.date, world.taken = (one.occurrences.get() for one in asked)
    asks.take(occurrence=world.taken, membership=world.members[ORGANISER], now=made)
    world.feed = asks.make_feed(person=world.owner, now=made)
    world.gift = asks.note_gift(owner=world.owner, tie=world.ties[0], what="listened", on=made.date())


def _joining(world: World) -> None:
    world.link = networks.make_link(by=world.owner, now=world.now)
    asker = person("asker@example.org", "Asker")
    world.asked_to_join = networks.ask_to_join(link=world.link, by=asker, note="Hello", now=world.now)


def _endings(world: World) -> None:
    """One was limited quietly, one has left; then the owner said more."""
    networks.limit(membership=world.members[LIMITED], by=world.owner, now=world.now - 2 * HOUR)
    networks.end_membership(membership=world.members[FORMER], by=world.owner)
    say_more(world)


def say_more(
    world: World,
    *,
    pain: int = 9,
    mood: str = "rough",
    energy: str = "little",
    note: str = NOTE,
    ago: dt.timedelta = HOUR,
) -> CheckIn:
    """The owner's newest word, after somebody was limited and somebody left."""
    return CheckIn.objects.create(
        owner=world.owner,
        made_at=world.now - ago,
        pain=pain,
        mood=mood,
        energy=energy,
        note=note,
        form_key=uuid.uuid4(),
    )


def _directory(world: World) -> None:
    house = Organization.objects.create(name="Harbour House")
    Location.objects.create(name="The Hall")
    Source.objects.create(name="Town list")
    world.draft = Service.objects.create(name="Draft talk", organization=house)
    world.service = Service.objects.create(name="Tea and talk", organization=house)
    Phone.objects.create(service=world.service, number="555-0150")
    curator = world.people[CURATOR]
    verify(service=world.service, by=curator, how=Verification.How.PHONE, parts=["name", "contact"])
    complete(world.service, curator)
    publish(service=world.service, by=curator)
    world.told_curators = propose(kind="problem", service=world.service, by=world.owner, problem="gone")
    world.saved_search = save_search(by=world.owner, query="q=tea", name="Tea", now=world.now)
    _curation(world, house)


def _curation(world: World, house: Organization) -> None:
    """Something of everything that waits at the curators' desk."""
    at = world.service.at_locations.create(location=Location.objects.create(name="The Barn"))
    proposal = ChangeRequest.objects.create(kind="correction", service=world.service, note="Now on Fridays.")
    pair = sorted((world.service.pk, world.draft.pk))
    speaker = world.people[OTHER_OWNER]
    claim = Claim.objects.create(
        organization=house, claimed_by=speaker, affiliation="I run it.", reach_us="555"
    )
    Claim.objects.filter(pk=claim.pk).update(state="confirmed", decided_at=world.now)
    words = Feedback.objects.create(
        service=world.service, said_by=world.owner, verdict="helpful", words="Warm people."
    )
    listing = {"pk": world.service.pk}
    world.curation = {
        "a proposal": {"pk": proposal.pk},
        "a pair": {"pk": Likeness.objects.create(one_id=pair[0], other_id=pair[1], score=90).pk},
        "a claim": {"pk": claim.pk},
        "words": {"pk": words.pk, "act": "show"},
        "an import": {"pk": _import().pk},
        "its source": {"pk": Source.objects.get(name="The county").pk},
        "a queue": {"queue": "requests"},
        "no queue": {"queue": "nonsense"},
        "a listing's part": listing | {"slug": "about"},
        "no part of a listing": listing | {"slug": "nonsense"},
        "a listing's place": listing | {"at_pk": at.pk},
        "a change": listing | {"change_pk": world.service.changes.first().pk},
        "an act": listing | {"act": "withdraw"},
    }


def _import() -> ImportJob:
    """One that was tried out, with a row that waits; its file is there for each of several who take it over."""
    source = Source.objects.create(name="The county")
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    QuarantinedRow.objects.create(
        source=source, table="service", key=uuid.uuid4(), place="services.csv:2", why="No id.", last_at=now
    )
    job = ImportJob.objects.create(
        source_name=source.name, file_name="county.zip", dry_run=True, finished_at=now
    )
    ImportPart.objects.create(job=job, number=0, content=b"x")
    return job


def _desk() -> None:
    """A row of whatever the desk lists, so that every address there leads to something."""
    BrokenAddress.objects.create(address="broken@example.org", reason="550")
    Heartbeat.objects.get_or_create(
        name="sweep", defaults={"beat_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    )
    KeptConsent.objects.create(
        purpose="store", act="given", recorded_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    Helpline.objects.first() or Helpline.objects.create(name="A line", phone="555-0199")


# What an address is made of ---------------------------------------------------------------------------

Made = dict[str, Any]
Maker = Callable[[World, str], Made]
# Whose row it is for somebody who has none of their own.
SOMEBODY = next(iter(SEES))


def _own(rows: dict[str, Any], role: str) -> Any:
    return rows.get(role) or rows[SOMEBODY]


def _others(rows: dict[str, Any], role: str) -> Any:
    return rows[SOMEBODY] if role != SOMEBODY else rows[LIMITED]


def _answer_token(world: World, role: str) -> str:
    return ask_links.token_for(world.date, world.members[role])


MAKERS: dict[str, Maker] = {
    "": lambda world, role: {},
    "nonsense": lambda world, role: {"token": "nonsense"},
    "no mail": lambda world, role: {"key": "0" * 20},
    "a tie": lambda world, role: {"pk": world.ties[0].pk},
    "a tie not joined": lambda world, role: {"pk": world.ties[2].pk},
    "a touch": lambda world, role: {"pk": world.ties[0].pk, "touch_pk": world.touch.pk},
    "an invitation": lambda world, role: {"pk": world.invitation.pk},
    "its token": lambda world, role: {"token": world.invitation.token()},
    "their membership": lambda world, role: {"pk": _own(world.members, role).pk},
    "another's membership": lambda world, role: {"pk": _others(world.members, role).pk},
    "a plan": lambda world, role: {"pk": world.plan.pk},
    "a silence": lambda world, role: {"pk": world.silence.pk},
    "their place": lambda world, role: {"pk": _own(world.places, role).pk},
    "another's place": lambda world, role: {"pk": _others(world.places, role).pk},
    "a wish": lambda world, role: {"part": "helps"},
    "the nudge's token": lambda world, role: {
        "token": signing.dumps(world.silence.pk, salt="checkins.check-in")
    },
    "the alert's token": lambda world, role: {
        "token": signing.dumps(world.told[SOMEBODY].pk, salt="checkins.alert")
    },
    "a former member's alert": lambda world, role: {
        "token": signing.dumps(world.told[FORMER].pk, salt="checkins.alert")
    },
    "a stop": lambda world, role: {
        "token": signing.dumps([world.owner.pk, Channel.EMAIL, "nudges"], salt="outbox.unsubscribe")
    },
    "a suggestion": lambda world, role: {"pk": world.suggestion.pk},
    "the hello's token": lambda world, role: {
        "token": signing.dumps(world.suggestion.pk, salt="networks.hello")
    },
    "own words": lambda world, role: {"pk": world.own_words.pk},
    "a link's token": lambda world, role: {"token": world.link.token()},
    "somebody who asks to join": lambda world, role: {"pk": world.asked_to_join.pk},
    "an ask": lambda world, role: {"pk": world.date.ask_id},
    "a date": lambda world, role: {"pk": world.date.pk},
    "a taken date": lambda world, role: {"pk": world.taken.pk},
    "their network": lambda world, role: {"membership_pk": _own(world.members, role).pk},
    "an ask's token": lambda world, role: {"token": _answer_token(world, SEES_ASKS)},
    "an ask's token, not shared": lambda world, role: {"token": _answer_token(world, SOMEBODY)},
    "a former member's ask": lambda world, role: {"token": _answer_token(world, FORMER)},
    "a taken date's token": lambda world, role: {
        "token": ask_links.token_for(world.taken, world.members[ORGANISER])
    },
    "a gift": lambda world, role: {"pk": world.gift.pk},
    "a feed": lambda world, role: {"token": world.feed.token()},
    "a listing's link": lambda world, role: {"token": listing_links.token_for(world.service)},
    "a listing": lambda world, role: {"pk": world.service.pk},
    "a draft": lambda world, role: {"pk": world.draft.pk},
    "the owner's search": lambda world, role: {"pk": world.saved_search.pk},
    "what the owner told": lambda world, role: {"pk": world.told_curators.pk},
    "no time of a listing": lambda world, role: {"pk": world.service.pk, "row": uuid.uuid4()},
    "a listing's id": lambda world, role: {"id": world.service.pk},
    "a draft's id": lambda world, role: {"id": world.draft.pk},
    "its organization's id": lambda world, role: {"id": world.service.organization_id},
    "an app": lambda world, role: {"app_label": "networks"},
    "a topic": lambda world, role: {"pk": term_key(OURS, "walking")},
    "words that mean the same": lambda world, role: {"pk": Synonym.objects.earliest("pk").pk},
}


def arguments(world: World, role: str, address: Address, of: str) -> Made:
    """What an address is made with for somebody; one of the desk says in its name whose rows it is about."""
    if of in world.curation:
        return world.curation[of]
    if of in MAKERS:
        return MAKERS[of](world, role)
    if of == "anything":
        return dict.fromkeys(address.takes, 1)
    app, model = address.name.removeprefix("admin:").split("_")[:2]
    keys = apps.get_model(app, model)._default_manager.values_list("pk", flat=True)
    return {name: 0 if of == "nothing there" else keys.first() for name in address.takes}


def clients(world: World) -> dict[str, Client]:
    """Everybody signed in, in a browser of their own."""
    found = {ANONYMOUS: Client()}
    for role, user in world.people.items():
        found[role] = Client()
        found[role].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found
