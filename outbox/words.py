"""One rendering, two forms. A template of words becomes a subject, a plain text and an HTML body (ADR 6). Pure.

A template is plain text: paragraphs with an empty line between them, of which the first is the subject. Lines that
begin with "- " are a list. What is more than that (a button, a code, somebody's own words) is marked by the tags in
`templatetags/letters.py` with a NUL character, which neither the database nor a form of ours lets a person store: so
nobody's words can make a button, a list or a subject.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import groupby

NUL = "\0"
BUTTON, CODE, OWN = NUL + "b", NUL + "c", NUL + "o"
_GAP = re.compile(r"\n[^\S\n]*\n\s*")
_LIST = "- "


def button(url: str, label: str) -> str:
    """Marks a line as a link that leads on."""
    return f"{BUTTON}{_plain(url)}{NUL}{_plain(label)}"


def code(text: str) -> str:
    """Marks a line as something to be typed elsewhere."""
    return CODE + _plain(text)


def own(text: str) -> str:
    """Marks every line of what a person wrote: shown as theirs, never taken for ours."""
    lines = text.replace(NUL, "").strip().splitlines()
    return "\n".join(OWN + line.strip() for line in lines)


def _plain(text: str) -> str:
    return " ".join(text.replace(NUL, "").split())


@dataclass(frozen=True)
class Words:
    """What a letter says. A paragraph is a list of lines, marked as above."""

    subject: str
    paragraphs: list[list[str]]

    def text(self) -> str:
        paragraphs = ("\n".join(_text_of(line) for line in lines) for lines in self.paragraphs)
        return "\n\n".join(paragraphs) + "\n"

    def html(self, *, site: str = "") -> str:
        """The body. A line that is nothing but an address of this `site` becomes a link."""
        return "\n".join(
            _BLOCKS[kind]([*lines], site)
            for paragraph in self.paragraphs
            for kind, lines in groupby(paragraph, _kind)
        )


def read(rendered: str) -> Words:
    """Take a rendered template apart."""
    first, *others = _GAP.split(rendered.strip()) or [""]
    lines = [[line.strip() for line in other.split("\n")] for other in others if other.strip()]
    return Words(_subject(first), lines)


def _subject(first: str) -> str:
    return " ".join(re.sub(f"{NUL}[bco]?", " ", first).split())


def _kind(line: str) -> str:
    return line[:2] if line[:2] in _BLOCKS else ""


def _text_of(line: str) -> str:
    kind = _kind(line)
    if kind == BUTTON:
        url, label = _link(line)
        return f"{label}: {url}"
    if kind == OWN:
        return f"> {line[2:]}".rstrip()
    return line[2:] if kind == CODE else line.replace(NUL, "")


def _link(line: str) -> tuple[str, str]:
    url, _mark, label = line[2:].partition(NUL)
    return url, label


# One function for each kind of line, given all that stand together, in HTML ------------------------


def _lines(lines: list[str], site: str) -> str:
    return "<p>" + "<br>".join(_linked(line.replace(NUL, ""), site) for line in lines) + "</p>"


def _linked(line: str, site: str) -> str:
    ours = site and line.startswith(f"{site}/") and " " not in line
    return f'<a href="{escape(line)}">{escape(line)}</a>' if ours else escape(line)


def _list(lines: list[str], _site: str) -> str:
    return "<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in lines) + "</ul>"


def _buttons(lines: list[str], _site: str) -> str:
    links = ((escape(url), escape(label)) for url, label in map(_link, lines))
    return "\n".join(f'<p><a class="btn" href="{url}">{label}</a></p>' for url, label in links)


def _codes(lines: list[str], _site: str) -> str:
    return "\n".join(f'<p class="code">{escape(line[2:])}</p>' for line in lines)


def _own(lines: list[str], _site: str) -> str:
    said = "\n".join(escape(line[2:]) for line in lines)
    paragraphs = (part.replace("\n", "<br>") for part in re.split(r"\n{2,}", said))
    return "<blockquote>" + "".join(f"<p>{part}</p>" for part in paragraphs) + "</blockquote>"


_BLOCKS: dict[str, Callable[[list[str], str], str]] = {
    "": _lines,
    _LIST: _list,
    BUTTON: _buttons,
    CODE: _codes,
    OWN: _own,
}
