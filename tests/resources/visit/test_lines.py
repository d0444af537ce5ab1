"""How a listing is reached: what one tap does with each kind of number, who answers in which language."""

import pytest

from resources import listing
from resources.models import Contact, Language, Phone, Schedule, Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(published):
    made = published("Tea")
    made.phones.all().delete()
    return made


def read(client, service, page="") -> str:
    return " ".join(client.get(service.get_absolute_url() + page).content.decode().split())


@pytest.mark.parametrize(
    ("kind", "links", "words"),
    [
        ("", ["tel:5550101"], ""),
        ("voice", ["tel:5550101"], ""),
        ("Mobile", ["tel:5550101", "sms:5550101"], "Mobile."),
        ("cell", ["tel:5550101", "sms:5550101"], "Mobile."),
        ("SMS", ["sms:5550101"], ""),
        ("TTY", ["tel:5550101"], "Textphone."),
        ("fax", [], "Fax: 555-0101"),
    ],
)
def test_one_tap_does_what_the_number_can(client, service, kind, links, words):
    Phone.objects.create(service=service, number="555-0101", type=kind)
    page = read(client, service)
    for link in ("tel:5550101", "sms:5550101"):
        assert (f'href="{link}"' in page) == (link in links)
    assert words in page
    assert "555-0101" in read(client, service, "paper/")


def test_extension_description_and_languages_are_said(client, service):
    phone = Phone.objects.create(
        service=service, number="+1 555 0101", extension=12, description="Ask for the tea desk"
    )
    Language.objects.create(phone=phone, name="Spanish")
    page = read(client, service)
    assert 'href="tel:+15550101;ext=12"' in page and "ext. 12" in page
    assert "Ask for the tea desk They speak Spanish." in page
    paper = read(client, service, "paper/")
    assert "ext. 12 · Ask for the tea desk · Spanish" in paper


def test_pagers_and_numbers_of_single_people_are_not_shown_and_each_number_once(client, service):
    Phone.objects.create(service=service, number="555-0102", type="pager")
    Phone.objects.create(contact=Contact.objects.create(service=service, name="Jo"), number="555-0103")
    for written in ("555-0104", "(555) 0104"):
        Phone.objects.create(service=service, number=written)
    page = read(client, service)
    assert "0102" not in page and "0103" not in page
    assert page.count("tel:5550104") == 1


def test_a_fax_alone_does_not_hide_the_number_of_the_organisation(service):
    Phone.objects.create(service=service, number="555-0105", type="fax")
    Phone.objects.create(organization=service.organization, number="555-0106")
    found = listing.contact(Service.objects.for_page().get(pk=service.pk))
    assert [phone.number for phone in found.phones] == ["555-0106"]
    assert [line.phone.number for line in found.lines] == ["555-0106", "555-0105"]


def test_their_own_calendar_is_a_link(client, service):
    for link in ("https://tea.example.org/when", "https://tea.example.org/when", "javascript:alert(1)"):
        Schedule.objects.create(service=service, byday="MO", schedule_link=link)
    page = read(client, service)
    assert page.count('href="https://tea.example.org/when"') == 1
    assert "javascript:alert" not in page
    assert "Their own calendar: https://tea.example.org/when" in read(client, service, "paper/")
