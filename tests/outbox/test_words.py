"""One template of words becomes a subject, a text and an HTML body; nobody's words can pretend to be ours."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template, TemplateSyntaxError
from hypothesis import given, settings
from hypothesis import strategies as st

from outbox import words

LIST = ("<ul>", "</ul>", "<li>", "</li>")
NO_NUL = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=200)


def read(template: str, **context: object) -> words.Words:
    rendered = Template("{% load letters %}" + template).render(Context(context, autoescape=False))
    return words.read(rendered)


def test_the_first_paragraph_is_the_subject_and_the_rest_are_paragraphs() -> None:
    said = read("How are\n you?\n\nHello Maya,\n\n\n \nit is\ntime.\n")
    assert said.subject == "How are you?"
    assert said.text() == "Hello Maya,\n\nit is\ntime.\n"
    assert said.html() == "<p>Hello Maya,</p>\n<p>it is<br>time.</p>"


def test_an_empty_rendering_says_nothing() -> None:
    assert read(" \n ") == words.Words("", [])


def test_a_button_is_a_link_in_both() -> None:
    said = read("S\n\nAnswer here:\n{% button url %} I’m\nokay {% endbutton %}", url="https://x.org/?a=1&b=2")
    assert said.text() == "Answer here:\nI’m okay: https://x.org/?a=1&b=2\n"
    assert said.html() == (
        '<p>Answer here:</p>\n<p><a class="btn" href="https://x.org/?a=1&amp;b=2">I’m okay</a></p>'
    )


def test_two_buttons_stand_below_each_other() -> None:
    said = read("S\n\n{% button 'u1' %}One{% endbutton %}\n{% button 'u2' %}Two{% endbutton %}")
    assert said.html().count("btn") == 2
    assert said.text() == "One: u1\nTwo: u2\n"


@pytest.mark.parametrize("tag", ["{% button %}x{% endbutton %}", "{% button a b %}x{% endbutton %}"])
def test_a_button_leads_to_one_place(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        read(tag)


def test_lines_with_dashes_are_a_list() -> None:
    said = read("S\n\nYou see:\n{% for x in xs %}- {{ x }}\n{% endfor %}", xs=["<this>", "that"])
    assert said.text() == "You see:\n- <this>\n- that\n"
    assert said.html() == "<p>You see:</p>\n<ul><li>&lt;this&gt;</li><li>that</li></ul>"


def test_a_code_stands_out() -> None:
    said = read("S\n\n{{ code|code_line }}\n\nType it.", code="AB-12")
    assert said.text() == "AB-12\n\nType it.\n"
    assert '<p class="code">AB-12</p>' in said.html()


def test_what_a_person_wrote_keeps_its_paragraphs_and_is_theirs() -> None:
    said = read(
        "S\n\nMaya writes:\n{{ note|own_words }}\n\nThe end.", note=" Hi,\r\n\r\n\r\n- not a list\n<b>\n"
    )
    assert said.text() == "Maya writes:\n> Hi,\n>\n>\n> - not a list\n> <b>\n\nThe end.\n"
    assert said.html() == (
        "<p>Maya writes:</p>\n<blockquote><p>Hi,</p><p>- not a list<br>&lt;b&gt;</p></blockquote>\n<p>The end.</p>"
    )


def test_no_words_are_no_quotation() -> None:
    assert read("S\n\n{{ note|own_words }}\n\nThe end.", note=None).text() == "The end.\n"


def test_only_an_address_of_ours_alone_on_a_line_is_a_link() -> None:
    said = read(
        "S\n\nhttps://us.org/a?b&c\nhttps://us.org.evil.org/\nsee https://us.org/a\n\n{{ note|own_words }}",
        note="https://us.org/x",
    )
    html = said.html(site="https://us.org")
    assert html.count("<a ") == 1
    assert '<a href="https://us.org/a?b&amp;c">' in html


@settings(deadline=None)  # a busy machine
@given(NO_NUL)
def test_nothing_a_person_writes_can_pretend_to_be_ours(written: str) -> None:
    said = read("S\n\nBefore.\n\n{{ note|own_words }}\n\nAfter.", note=written)
    assert said.subject == "S"
    assert (said.paragraphs[0], said.paragraphs[-1]) == (["Before."], ["After."])
    html = said.html(site="https://us.org")
    for ours in ("<a", "<ul", "<li", 'class="'):
        assert ours not in html
    lines = said.text().splitlines()
    between = lines[lines.index("Before.") + 1 : len(lines) - 1 - lines[::-1].index("After.")]
    assert all(line == "" or line.startswith(">") for line in between)


@settings(deadline=None)  # a busy machine
@given(NO_NUL)
def test_a_name_never_makes_markup_or_a_header(name: str) -> None:
    said = read("Hello {{ name }}\n\nDear {{ name }}, welcome.", name=name)
    assert "\n" not in said.subject
    assert set(re.findall(r"<[^>]*>", said.html(site="https://us.org"))) <= {"<p>", "</p>", "<br>", *LIST}


@settings(deadline=None)  # a busy machine
@given(st.text(max_size=100))
def test_even_marks_smuggled_into_a_tag_stay_words(text: str) -> None:
    said = read(
        "S\n\n{% button 'u' %}{{ x }}{% endbutton %}\n\n{{ x|own_words }}\n\n{{ x|code_line }}",
        x=text + "\0bhttps://evil\0Click",
    )
    assert said.html().count('class="btn"') == 1
