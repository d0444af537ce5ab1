"""The rows behind a person, and what the database itself refuses."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts import services
from accounts.models import Consent, User


def consent(subject: User, grantee: User | None = None) -> Consent:
    return Consent.objects.create(
        subject=subject, grantee=grantee, purpose="share", act="given", text="the words", language="en"
    )


@pytest.mark.parametrize(
    "change",
    [{"act": "withdrawn"}, {"text": "other words"}, {"language": "xx"}, {"recorded_at": "2020-01-01T00:00Z"}],
)
def test_a_consent_is_never_changed(owner: User, change: dict[str, str]) -> None:
    row = consent(owner)
    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(**change)


def test_a_consent_never_moves_to_somebody_else(owner: User, supporter: User, stranger: User) -> None:
    row = consent(owner, supporter)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(grantee=stranger)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(grantee=None, act="withdrawn")
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(subject=F("grantee"))


def test_when_the_other_person_goes_the_record_stays(owner: User, supporter: User) -> None:
    row = consent(owner, supporter)
    supporter.delete()
    row.refresh_from_db()
    assert (row.grantee, row.text) == (None, "the words")


def test_the_record_goes_with_the_person(owner: User, supporter: User) -> None:
    consent(owner, supporter)
    owner.delete()
    assert not Consent.objects.exists()


@pytest.mark.parametrize("wrong", [{"purpose": "advertising"}, {"act": "assumed"}])
def test_only_known_purposes_and_acts_are_recorded(owner: User, wrong: dict[str, str]) -> None:
    fields = {"purpose": "share", "act": "given", "text": "x", "language": "en"} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(subject=owner, **fields)


def test_a_consent_reads_as_what_it_is(owner: User) -> None:
    assert str(consent(owner)) == "share what I log with a supporter: given"


def test_addresses_are_kept_in_lower_case(db: None) -> None:
    user = User.objects.create_user(" Maya@Example.ORG ", "x")
    assert user.email == "maya@example.org"
    assert User.objects.get_by_natural_key("MAYA@example.org") == user
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="Maya@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("MAYA@EXAMPLE.ORG", "x")


def test_somebody_without_a_name_is_called_by_their_address(db: None) -> None:
    user = User.objects.create_user("sam@example.org")
    assert str(user) == user.called == "sam"
    assert not user.has_usable_password()


def test_an_unknown_time_zone_counts_as_utc() -> None:
    assert User(time_zone="Mars/Olympus").zone.key == "UTC"
    assert User(time_zone="../etc/passwd").zone.key == "UTC"


def test_a_superuser_may_do_everything(db: None) -> None:
    root = User.objects.create_superuser("root@example.org", "x")
    assert root.is_staff
    assert root.is_superuser


def test_a_welcome_records_the_words_in_their_language(owner: User) -> None:
    services.welcome(user=owner, name="Maya R", time_zone="UTC", language="en-gb")
    owner.refresh_from_db()
    assert (owner.name, owner.time_zone, owner.language) == ("Maya R", "UTC", "en-gb")
    assert Consent.objects.get(subject=owner).text == str(services.STORE_CONSENT)


@pytest.mark.django_db(transaction=True)
def test_no_line_is_taken_out_of_the_record(owner: User, supporter: User) -> None:
    consent(owner, supporter)
    with pytest.raises(IntegrityError, match="only added to"):
        Consent.objects.all().delete()
    assert Consent.objects.count() == 1
    owner.delete()
    assert not Consent.objects.exists()


def test_the_same_words_are_the_same_version(owner: User) -> None:
    first, second = consent(owner), consent(owner)
    assert first.version == second.version != ""
