"""The house's rules that a machine can count: sizes, headers, and what may not be written anywhere."""

import ast
import re
import subprocess
from pathlib import Path
from statistics import median

import pytest

TOP = Path(__file__).resolve().parent.parent.parent
APPS = ["supportnet", "accounts", "outbox", "networks", "checkins", "resources", "asks"]
SOURCES = sorted(file for app in APPS for file in (TOP / app).rglob("*.py") if "migrations" not in file.parts)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(file: Path) -> list[Function]:
    return [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Lines, without decorators and docstring."""
    start = function.body[0]
    documented = ast.get_docstring(function) is not None
    spared = (start.end_lineno or start.lineno) - start.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - spared


def name(file: Path) -> str:
    return str(file.relative_to(TOP))


def texts() -> list[Path]:
    """Every file of the project that is text."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, capture_output=True, text=True
    )
    files = [TOP / line for line in listed.stdout.splitlines()] if listed.returncode == 0 else SOURCES
    return [file for file in files if file.is_file() and file.suffix not in (".png", ".woff2", ".ico", ".mo")]


@pytest.mark.parametrize("file", SOURCES, ids=name)
def test_a_file_fits_in_the_head(file):
    assert len(file.read_text().splitlines()) <= 400
    long = {function.name: length(function) for function in functions(file) if length(function) > 60}
    assert not long


def test_most_functions_are_short():
    lengths = [length(function) for file in SOURCES for function in functions(file)]
    assert median(lengths) <= 8
    assert sum(size <= 25 for size in lengths) / len(lengths) >= 0.9


def test_views_are_short():
    files = [file for file in SOURCES if file.name == "views.py" or file.parent.name == "views"]
    lengths = {
        f"{name(file)}:{function.name}": length(function)
        for file in files
        for function in functions(file)
        if function.args.args and function.args.args[0].arg == "request"
    }
    assert median(lengths.values()) <= 20
    assert not {view: size for view, size in lengths.items() if size > 50}


@pytest.mark.parametrize("file", sorted((TOP / "templates").rglob("*.*")), ids=name)
def test_a_template_is_short_tidy_and_strict(file):
    text = file.read_text()
    lines = text.splitlines()
    assert len(lines) <= 150
    assert not [line for line in lines if line != line.rstrip() or "\t" in line]
    assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))
    if file.suffix == ".html" and "mail" not in file.parts:
        assert not re.search(r"""\sstyle\s*=\s*["']""", text), "no inline style: the browser would refuse it"
        assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", text), (
            "no inline script: the browser would refuse it"
        )
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), (
            "no inline handler: the browser would refuse it"
        )


def test_no_file_names_an_index_or_somebody_s_machine():
    forbidden = re.compile(
        "|".join(["pypi" + r"\.org", "files" + r"\.pythonhos" + "ted", "/" + "work/", "/tmp/" + "dev"])
    )
    found = [name(file) for file in texts() if forbidden.search(file.read_text(errors="replace"))]
    assert not found


def test_signals_are_nobody_s_own():
    found = [
        name(file) for file in SOURCES if re.search(r"\bSignal\(\)|@receiver\(post_save", file.read_text())
    ]
    assert not found


def test_a_page_for_people_does_not_shout():
    shouting = re.compile(r"\{%\s*(?:block)?translate\b[^%]*\"[^\"]*!\"")
    found = [name(file) for file in (TOP / "templates").rglob("*.*") if shouting.search(file.read_text())]
    assert not found


def test_what_a_letter_says_begins_like_a_sentence_after_the_greeting_too():
    small = re.compile(r'(?<!- )\{% (?:translate "|blocktranslate[^%]*%\})[a-z].{0,40}')
    letters = list((TOP / "templates" / "mail").rglob("*.txt"))
    assert len(letters) > 30
    assert not {name(file): found for file in letters if (found := small.findall(file.read_text()))}
