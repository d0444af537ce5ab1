"""A desk with something of everything on it: each queue, each state of an import, names that do not end."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from accounts.models import User
from resources import services
from resources.forms.sections import SECTIONS
from resources.models import (
    ChangeRequest,
    CheckedLink,
    Claim,
    Feedback,
    FieldChange,
    FruitlessSearch,
    ImportJob,
    ImportNote,
    Likeness,
    Organization,
    Phone,
    QuarantinedRow,
    Service,
    Source,
    Synonym,
    Taxonomy,
    TaxonomyTerm,
)
from resources.services import history

DESK = "/find/desk/"
EMPTY = [
    *("", "due/", "requests/", "conflicts/", "listings/", "listings/?state=unsure", "duplicates/"),
    *("not-listed/", "links/", "claims/", "feedback/", "figures/", "imports/"),
]
LONG = "Gentle movement in warm water for people who live with pain, with tea afterwards"
ADDRESS = "https://averylongnamedcommunitycentrebytheriver.example.org/warm-water/with/a/very/long/path"
COUNTS = {"services.csv": {"created": 120, "changed": 4, "unchanged": 900, "kept": 3, "refused": 2}}


def desk_pages(cora: User, maya: User) -> list[str]:
    """Every page of the desk, full. Whoever calls looks at `EMPTY` first."""
    now = timezone.now()
    source = Source.objects.create(name="Open data for the county of long names and little rivers")
    public = list(Service.objects.published().order_by("name")[:4])
    Service.objects.filter(pk=public[0].pk).update(due_at=now, confirmed=["name"], url=ADDRESS)
    draft = listing(cora, source)
    return [
        *(f"{DESK}{page}" for page in EMPTY),
        f"{DESK}listings/?q=movement",
        *(f"{DESK}{page}" for page in of_listing(draft)),
        f"{DESK}listings/{public[0].pk}/",
        *(f"{DESK}requests/{one.pk}/" for one in proposals(public, source, maya)),
        *(f"{DESK}{page}" for page in queues(draft, public, cora, maya)),
        *(f"{DESK}{page}" for page in imports(cora, source)),
        *words_pages(),
    ]


def listing(cora: User, source: Source) -> Service:
    house = Organization.objects.create(name="The association of friends of the centre by the river")
    draft = Service.objects.create(name=LONG, organization=house, source=source, url=ADDRESS)
    Phone.objects.create(service=draft, number="+44 20 7946 0958")
    history.note_many(services=[draft.pk], how="imported", source=source)
    services.tick_rules(service=draft, by=cora, rules=["open", "fitting"], why="Rang the office.")
    with history.noting(service=draft, by=cora, why="Their website says so, at the very bottom."):
        Service.objects.filter(pk=draft.pk).update(description="Slow and warm. " * 20, cost="low")
    return draft


def of_listing(draft: Service) -> list[str]:
    """All pages of one listing."""
    pages = ("", "verify/", "rules/", "topics/", "places/new/", "history/")
    return [f"listings/{draft.pk}/{page}" for page in (*pages, *(f"change/{part}/" for part in SECTIONS))]


def proposals(public: list[Service], source: Source, maya: User) -> list[ChangeRequest]:
    correction = ChangeRequest.objects.create(
        kind="correction", service=public[0], note="Nobody answers.", evidence_url=ADDRESS, sent_by=maya
    )
    for field, before, after in (
        ("name", public[0].name, LONG),
        ("description", "Short.", "New words. " * 30),
        ("access", ["quiet"], ["step_free", "quiet"]),
    ):
        FieldChange.objects.create(
            request=correction, table="service", row=public[0].pk, field=field, before=before, after=after
        )
    addition = ChangeRequest.objects.create(kind="addition", note="A new one", sent_by_email="x@example.org")
    FieldChange.objects.create(request=addition, table="service", field="name", after="Monday soup")
    conflict = ChangeRequest.objects.create(kind="conflict", service=public[1], source=source)
    FieldChange.objects.create(
        request=conflict, table="service", row=public[1].pk, field="url", before="", after=ADDRESS
    )
    return [correction, addition, conflict]


def queues(draft: Service, public: list[Service], cora: User, maya: User) -> list[str]:
    now = timezone.now()
    claim = Claim.objects.create(
        organization=public[2].organization, claimed_by=maya, affiliation="I make the tea.", reach_us=ADDRESS
    )
    one, other = sorted((draft, public[3]), key=lambda each: each.pk)
    pair = Likeness.objects.create(one=one, other=other, score=90, reasons=["name", "phone", "place"])
    Feedback.objects.create(service=public[0], said_by=maya, verdict="helpful", words="Warm people. " * 20)
    for url, failures in ((ADDRESS, 4), (f"{ADDRESS}/old", 0)):
        since = now - dt.timedelta(days=9) if failures else None
        CheckedLink.objects.create(
            url=url, failures=failures, failing_since_at=since, moved_to="" if failures else ADDRESS
        )
    services.do_not_list(name=draft.name, by=cora, phone="+44 20 7946 0958", reason="They asked. " * 20)
    FruitlessSearch.objects.create(words="unicorn riding for beginners", on=timezone.localdate(), times=4)
    return [f"claims/{claim.pk}/", f"duplicates/{pair.pk}/"]


def imports(cora: User, source: Source) -> list[str]:
    """Waiting, running, failed, done, tried out, stopped; and rows that could not be taken."""
    now = timezone.now()
    states = [
        {},
        {
            "started_at": now,
            "bytes_done": 40,
            "bytes_total": 100,
            "leased_until_at": now + dt.timedelta(hours=1),
        },
        {"started_at": now, "finished_at": now, "trouble": "This file is not a directory as we know one."},
        {"started_at": now, "finished_at": now},
        {"started_at": now, "finished_at": now, "dry_run": True},
        {"started_at": now, "cancelled_at": now, "cancelled_by": cora},
    ]
    jobs = [
        ImportJob.objects.create(
            source_name=source.name if number > 1 else f"Source {number}",
            file_name=f"county-{number}.zip",
            counts=COUNTS,
            created_by=cora,
            **state,
        )
        for number, state in enumerate(states)
    ]
    # Those that wait are nobody's to work on while they are looked at.
    ImportJob.objects.filter(pk=jobs[0].pk).update(leased_until_at=now + dt.timedelta(hours=1))
    for job in jobs[3:5]:
        ImportNote.objects.bulk_create(
            ImportNote(job=job, said=f"services.csv, row {row}: {ADDRESS} leads nowhere.")
            for row in range(60)
        )
    QuarantinedRow.objects.create(
        source=source,
        table="service",
        key=uuid.uuid4(),
        place="services.csv, row 3",
        why="It has no name.",
        cells={"id": "3", "description": "Long words " * 30, "url": ADDRESS},
        last_at=now,
    )
    return [*(f"imports/{job.pk}/" for job in jobs), f"imports/waiting/{source.pk}/", "imports/"]


def words_pages() -> list[str]:
    ours, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Supportnet"})
    head, _made = TaxonomyTerm.objects.get_or_create(taxonomy=ours, code="head", defaults={"name": "Head"})
    term, _made = TaxonomyTerm.objects.get_or_create(
        taxonomy=ours, code="long", defaults={"name": LONG, "parent": head, "description": "Slow. " * 30}
    )
    same, _made = Synonym.objects.get_or_create(words=["fibro", LONG])
    pages = ("topics/", "topics/new/", f"topics/{term.pk}/", "words/", "words/new/", f"words/{same.pk}/")
    return [f"{DESK}{page}" for page in pages]
