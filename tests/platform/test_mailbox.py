"""Mail that was caught, as a page, in local mode only."""

import os
import re
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from supportnet import embedded
from supportnet.mailbox import Mail


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.LOCAL = True
    settings.MAIL_DIR = tmp_path
    return tmp_path


def keep(folder: Path, number: int, **headers: str) -> str:
    message = EmailMessage()
    for name, value in {"To": "ana@example.org", "From": "hello@example.org", **headers}.items():
        message[name] = value
    message.set_content("Hello Ana\n\nhttp://localhost:8000/join/abc/ <script>\n")
    message.add_alternative("<p>Hello Ana</p>", subtype="html")
    key = f"{1_790_000_000_000_000_000 + number:020d}-0000abcd"
    (folder / f"{key}.eml").write_bytes(bytes(message))
    return key


def test_an_empty_mailbox_says_what_to_do(client, db, folder):
    page = client.get("/mail/").content.decode()
    assert "Nothing has been sent yet" in page


def test_the_newest_comes_first_and_other_files_are_left_out(client, db, folder):
    keep(folder, 1, Subject="The first")
    keep(folder, 2, Subject="Größe 🌿")
    (folder / "notes.eml").write_text("not ours")
    (folder / "00000000000000000000-00000000.part").write_text("half")
    page = client.get("/mail/").content.decode()
    assert page.index("Größe 🌿") < page.index("The first")
    assert "ana@example.org" in page
    assert "notes" not in page


def test_a_message_shows_its_text_with_links_and_nothing_runs(client, db, folder):
    key = keep(folder, 1, Subject="Come in")
    page = client.get(f"/mail/{key}/").content.decode()
    assert re.search(r'<a href="http://localhost:8000/join/abc/"', page)
    assert "&lt;script&gt;" in page
    assert "Come in" in page


def test_a_message_with_no_text_and_no_subject_is_shown_all_the_same(client, db, folder):
    name = f"{1:020d}-0000abcd"
    (folder / f"{name}.eml").write_bytes(b"Content-Type: image/png\n\nxx")
    assert "No subject" in client.get(f"/mail/{name}/").content.decode()


def test_a_letter_in_an_alphabet_nobody_knows_is_shown_as_far_as_it_can_be(client, db, folder):
    name = f"{1:020d}-0000abcd"
    letter = "Subject: =?bogus?q?Odd?=\nContent-Type: text/plain; charset=bogus\n\nGrüße, Ana\n".encode()
    (folder / f"{name}.eml").write_bytes(letter)
    assert client.get("/mail/").status_code == 200
    assert "Grüße, Ana" in client.get(f"/mail/{name}/").content.decode()


def test_only_the_letters_the_list_shows_are_opened(client, db, folder, monkeypatch):
    monkeypatch.setattr("supportnet.mailbox.SHOWN", 2)
    for number in range(2):
        keep(folder, number + 1, Subject=f"Number {number}")
    (folder / f"{1:020d}-0000abcd.eml").mkdir()  # opening this one would fail
    assert client.get("/mail/").content.decode().count("Number") == 2


@pytest.mark.parametrize("key", ["..", "nothing", f"{5:020d}-0000abcd", "%2e%2e%2fsecret_key", "a" * 5000])
def test_no_other_file_can_be_read(client, db, folder, key):
    (folder.parent / "secret_key.eml").write_text("secret")
    assert client.get(f"/mail/{key}/").status_code == 404


def test_outside_local_mode_there_is_no_such_page(client, db, folder, settings):
    key = keep(folder, 1)
    settings.LOCAL = False
    assert client.get("/mail/").status_code == 404
    assert client.get(f"/mail/{key}/").status_code == 404


def test_mail_is_only_looked_at(client, db, folder):
    assert client.post("/mail/").status_code == 405


def test_a_folder_that_does_not_exist_yet_is_an_empty_mailbox(client, db, folder, settings):
    settings.MAIL_DIR = folder / "later"
    assert client.get("/mail/").status_code == 200


def test_the_catcher_keeps_what_is_sent_whole_and_ends_when_told(tmp_path):
    env = {**os.environ, "MAIL_PORT": "0", "MAIL_DIR": str(tmp_path / "mail")}
    started = subprocess.Popen(
        [sys.executable, "-m", "supportnet.catcher"],
        cwd=embedded.TOP,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(started.stdout.readline().rsplit(" ", 1)[1])
        message = EmailMessage()
        message["To"], message["From"], message["Subject"] = "ana@example.org", "a@example.org", "Grüße"
        message.set_content("Hello\n.\nA line that began with a dot.\n" + "ä" * 2000)
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.send_message(message)
        [file] = (tmp_path / "mail").iterdir()
        assert re.fullmatch(r"[0-9]{20}-[0-9a-f]{8}\.eml", file.name)
        assert "\n.\nA line that began with a dot." in Mail.read(file).text.replace("\r\n", "\n")
        started.terminate()
        assert started.wait(60) == 0
    finally:
        started.kill()
        started.communicate()
