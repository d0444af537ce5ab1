"""Address books of phones and programs: whatever is in the file, there are contacts and a report."""

import base64
import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import formulas
from networks.contacts import decode, reading, writing
from networks.contacts.card import Contact, Report
from networks.models import Circle, Energy, Support, TieKind

PHOTO = base64.b64encode(b"\xff\xd8" * 40_000).decode()


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def only(report: Report) -> Contact:
    assert report.troubles == ()
    assert len(report.contacts) == 1
    return report.contacts[0]


def of(text: str, encoding: str = "utf-8") -> Contact:
    return only(reading.read(text.encode(encoding)))


def test_a_card_of_an_old_phone_with_quoted_printable_over_several_lines() -> None:
    name = quopri.encodestring("Tía Ángeles Ångström".encode()).decode()
    found = of(
        card(
            "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:" + name[:20] + "=\r\n" + name[20:],
            "TEL;HOME:020 1",
            "TEL;CELL:+44 7700 900000",
            version="2.1",
        )
    )
    assert (found.name, found.phone) == ("Tía Ángeles Ångström", "+44 7700 900000")


def test_a_card_of_today_with_addresses_as_links_and_one_preferred() -> None:
    found = of(
        card(
            "FN:Bo Lind",
            "item1.EMAIL;TYPE=home:bo@old.example",
            "item2.EMAIL;PREF=1:mailto:bo@example.org",
            'TEL;VALUE=uri;TYPE="voice,home":tel:+46-8-1',
            "KIND:org",
            version="4.0",
        )
    )
    assert (found.email, found.phone, found.kind) == ("bo@example.org", "+46-8-1", "group")


def test_a_photo_and_a_novel_of_a_note_are_passed_over() -> None:
    folded = "\r\n ".join(PHOTO[at : at + 72] for at in range(0, len(PHOTO), 72))
    found = of(card("FN:Ana", "PHOTO;ENCODING=b;TYPE=JPEG:" + folded, "NOTE:" + "x" * 90_000, "TEL:1 2"))
    assert found == Contact(name="Ana", phone="1 2")


def test_a_folded_name_is_one_name() -> None:
    assert of(card("FN:Wilhelmina Wonder", " meyer")).name == "Wilhelmina Wondermeyer"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_any_way_of_writing_letters_is_read(encoding: str) -> None:
    assert of(card("FN:Zoë Núñez"), encoding).name == "Zoë Núñez"


@pytest.mark.parametrize(
    ("lines", "name", "kind"),
    [
        (["N:Reyes;Ana;Maria;;"], "Ana Maria Reyes", "person"),
        (["N:;;;;", "NICKNAME:Bo"], "Bo", "person"),
        (["N:;;;;", "FN:", "ORG:Chair yoga;Room 2"], "Chair yoga", "group"),
        (["FN:Chapel", "ORG:Chapel"], "Chapel", "group"),
        (["FN:Library", "KIND:location"], "Library", "place"),
        (["EMAIL:luis@example.org"], "luis", "person"),
        (["FN:" + "x" * 200], "x" * 80, "person"),
        (["FN:Ana\\nReyes\u202e"], "Ana Reyes", "person"),
    ],
)
def test_a_name_is_found_wherever_it_stands(lines: list[str], name: str, kind: str) -> None:
    found = of(card(*lines))
    assert (found.name, found.kind) == (name, kind)


def test_what_cannot_be_used_is_told_card_by_card_and_the_rest_is_kept() -> None:
    text = (
        card("FN:Ana", "EMAIL:nowhere")
        + card("TEL:1")
        + card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=moon:=C3")
    )
    report = reading.read((text + card("FN:Bo", "TEL:call me") + "BEGIN:VCARD\r\nFN:Cut off").encode())
    assert [one.name for one in report.contacts] == ["Ana", "Bo", "Cut off"]
    assert report.troubles == (
        "Card 1: the e-mail address is not one, so it was left out.",
        "Card 2 has no name, so it was left out.",
        "Card 3 could not be read, so it was left out.",
        "Card 4: the phone number is not one, so it was left out.",
    )


def test_a_card_that_is_never_closed_ends_where_the_next_begins() -> None:
    report = reading.read(b"BEGIN:VCARD\nFN:Ana\nBEGIN:VCARD\nFN:Bo\nEND:VCARD\n")
    assert [one.name for one in report.contacts] == ["Ana", "Bo"]


def test_a_thousand_cards_are_read_and_the_rest_is_told() -> None:
    report = reading.read("".join(card(f"FN:Person {number}") for number in range(1001)).encode())
    assert len(report.contacts) == 1000
    assert "second file" in report.troubles[0]


def test_more_than_a_page_can_carry_is_told() -> None:
    notes = "".join(card(f"FN:Person {number}", "X-SUPPORTNET-HELPS:" + "y" * 990) for number in range(600))
    report = reading.read(notes.encode())
    assert 400 < len(report.contacts) < 600
    assert f"from Person {len(report.contacts)} on" in report.troubles[0]


GOOGLE = """First Name,Middle Name,Last Name,Organization Name,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Value
Ana,,Reyes,,* Home,ana@example.org ::: ana@old.example,+44 20 1 ::: +44 20 2
,,,Chair yoga,,,
,,,,,nobody,
"""
OUTLOOK = "First Name;Last Name;E-mail Address;Business Phone;Mobile Phone\nAna;Reyes;ana@example.org;020 2;+44 20 1\n"


def test_a_table_of_google() -> None:
    report = reading.read(GOOGLE.encode())
    assert report.contacts == (
        Contact(name="Ana Reyes", email="ana@example.org", phone="+44 20 1"),
        Contact(name="Chair yoga", kind="group"),
    )
    assert report.troubles == ("Row 4 has no name, so it was left out.",)


def test_a_table_of_outlook() -> None:
    assert of(OUTLOOK, "cp1252") == Contact(name="Ana Reyes", email="ana@example.org", phone="+44 20 1")


@pytest.mark.parametrize(
    "table",
    [
        "Name\tTelefon\nAna\t1 2\n",
        "Vorname,Nachname,Handy\n\nAna,,1 2\n",
        "Nom;Téléphone;Mobile\nAna;;1 2\n",
        "Ana,1 2\n",
        "1 2;Ana\n",
        'name,phone\n"Ana\n",1 2',
    ],
)
def test_columns_are_told_from_their_headings_or_from_what_is_in_them(table: str) -> None:
    found = of(table)
    assert (found.name, found.phone) == ("Ana", "1 2")


def test_a_list_of_names_is_a_table_too() -> None:
    assert [one.name for one in reading.read(b"Ana\nBo\n").contacts] == ["Ana", "Bo"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 50,
        b"\n\n",
        b"\xff\xd8\xff\xe0\1\2JFIF\n\3\4",
        b"one,two,three\n4,5,6",
        b"a," * 5000,
        b"Name,Phone\n",
    ],
)
def test_a_file_with_nobody_in_it_says_so(data: bytes) -> None:
    report = reading.read(data)
    assert report.contacts == ()
    assert report.troubles == ("We found nobody in this file. Is it the one you meant?",)


def test_a_cell_without_an_end_is_told() -> None:
    report = reading.read(b'Name,Phone\nAna,1 2\nBo,"' + b"x" * 200_000)
    assert [one.name for one in report.contacts] == ["Ana"]
    assert report.troubles == ("From row 3 on the file could not be read. Is it a table?",)


def test_more_rows_than_are_read_at_once() -> None:
    rows = "".join(f"Person {number},1 2\n" for number in range(1001))
    report = reading.read(f"Name,Phone\n{rows}".encode())
    assert len(report.contacts) == 1000
    assert report.troubles == ("There are more rows than we read at once. Bring the rest in a second file.",)


def test_days_that_contradict_each_other_keep_the_ideal() -> None:
    ours = ["FN:Ana", "X-SUPPORTNET-IDEAL-DAYS:9", "X-SUPPORTNET-AT-MOST-DAYS:3"]
    assert of(card(*ours)) == Contact(name="Ana", ideal_days=9)
    assert of(card("FN:Ana", "X-SUPPORTNET-IDEAL-DAYS:1e5", "X-SUPPORTNET-AT-MOST-DAYS:999")) == Contact(
        "Ana"
    )


# Whatever the bytes are -------------------------------------------------------------------------

PIECES = [
    *(
        "BEGIN:VCARD\n",
        "END:VCARD\n",
        "FN",
        "N",
        "TEL",
        "EMAIL",
        "ORG",
        ";",
        ":",
        "=",
        "\n",
        "\n ",
        "=\n",
        ",",
        '"',
    ),
    *(
        "ENCODING=QUOTED-PRINTABLE",
        "CHARSET=",
        "utf-7",
        "=C3",
        "ENCODING=b",
        "\\",
        "\\n",
        "X-SUPPORTNET-KIND",
    ),
    *(
        "Name,Phone\n",
        "item1.",
        "PREF",
        "\u2028",
        "\x85",
        "\ufeff",
        "'",
        "tel:",
        "@",
        "a@b.example",
        "+44 1",
        "\t",
    ),
]
pieces = st.sampled_from(PIECES)
almost = st.lists(pieces | st.text(max_size=8), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(data=st.binary(max_size=300) | almost.map(lambda text: text.encode("utf-8", "replace")))
def test_no_file_whatsoever_raises_and_every_contact_could_be_a_tie(data: bytes) -> None:
    report = reading.read(data)
    assert report.contacts or report.troubles
    for one in report.contacts:
        assert one.name.strip() and len(one.name) <= 80
        assert one.kind in TieKind.values and one.circle in ["", *Circle.values]
        assert len(one.phone) <= 40 and len(one.email) <= 254 and len(one.relationship) <= 60
        assert len(one.helps) <= 1000 and len(one.hinders) <= 1000
        assert "\0" not in f"{one}"


@settings(max_examples=200, deadline=None)
@given(
    data=almost.map(lambda text: f"BEGIN:VCARD\nFN:Ana\n{text}\nEND:VCARD\nBEGIN:VCARD\nFN:Bo\nEND:VCARD\n")
)
def test_a_broken_card_never_takes_the_next_one_with_it(data: str) -> None:
    assert "Bo" in [one.name for one in reading.read(data.encode("utf-8", "replace")).contacts]


@given(data=st.binary(max_size=200))
def test_bytes_become_text_without_noughts(data: bytes) -> None:
    assert "\0" not in decode.to_text(data)


# Out and in again -------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=60)
lines = words.map(lambda text: " ".join(text.split()))
notes = st.lists(words, max_size=4).map(lambda found: "\n".join(found).strip())
contacts = st.builds(
    Contact,
    name=st.from_regex(r"[=+@'\\;,A-Zé -]{0,6}[A-Z]", fullmatch=True).map(lambda name: " ".join(name.split()))
    | lines.filter(bool),
    kind=st.sampled_from(TieKind.values),
    circle=st.sampled_from(Circle.values),
    relationship=lines,
    supports=st.sets(st.sampled_from(list(Support))).map(
        lambda chosen: tuple(one.value for one in Support if one in chosen)
    ),
    phone=st.sampled_from(["", "+44 20 1", "(020) 1-2", "*100#"]),
    email=st.sampled_from(["", "ana@example.org", "o'neill+x@example.org", "-x@example.org"]),
    ideal_days=st.none() | st.integers(1, 30),
    at_most_days=st.none() | st.integers(30, 366),
    helps=notes,
    hinders=notes,
    energy=st.sampled_from(["", *Energy.values]),
)


@settings(max_examples=200, deadline=None)
@given(written=st.lists(contacts, min_size=1, max_size=4), kind=st.sampled_from(["vcard", "csv"]))
def test_what_is_taken_out_comes_in_again_as_it_was(written: list[Contact], kind: str) -> None:
    assert reading.read(writing.FORMATS[kind].write(written)) == Report(tuple(written))


@given(cell=st.text() | st.from_regex(r"['\s]{0,4}[=+@|\t-].{0,5}"))
def test_no_cell_begins_a_formula_and_each_is_freed_again(cell: str) -> None:
    marked = formulas.harmless(cell)
    assert not marked.lstrip().startswith(("=", "+", "-", "@", "|", "%", "＝"))
    assert formulas.freed(marked) == cell


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "=cmd|' /C calc'!A0", "＝1"])
def test_a_table_for_a_spreadsheet_holds_no_formula(name: str) -> None:
    table = writing.FORMATS["csv"].write([Contact(name=name, helps=name)]).decode("utf-8-sig")
    assert f"\"'{name}" in table
    assert f'"{name}' not in table
