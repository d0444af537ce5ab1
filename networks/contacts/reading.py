"""A file that somebody chose, as contacts and a report. Never an exception, always a report."""

from __future__ import annotations

import json
from dataclasses import asdict

from django.utils.translation import gettext as _

from networks.contacts import decode, table, vcard
from networks.contacts.card import Report

MOST_CARDS = 1000
MOST_BYTES = 2 * 1024 * 1024
# All contacts together travel to the page and back in one field, so they may not grow for ever.
MOST_TO_CARRY = 500_000


def read(data: bytes) -> Report:
    text = decode.to_text(data)
    report = Report()
    if "BEGIN:VCARD" in text[:100_000].upper():
        report = vcard.read(text, most=MOST_CARDS)
    elif decode.is_written(text):
        report = table.read(text, most=MOST_CARDS)
    report = _light_enough(report)
    if not report.contacts and not report.troubles:
        return report.and_also(_("We found nobody in this file. Is it the one you meant?"))
    return report


def _light_enough(report: Report) -> Report:
    weight = 0
    for place, contact in enumerate(report.contacts):
        weight += len(json.dumps(asdict(contact)))
        if weight > MOST_TO_CARRY:
            kept = Report(report.contacts[:place], report.troubles)
            return kept.and_also(
                _("This file is too much for one go. Bring the rest, from %(name)s on, in a second file.")
                % {"name": contact.name}
            )
    return report
