"""`{{ session.user_agent|device }}`: which browser on what, to compare with what one holds in one's hand."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The first that fits: Edge also calls itself Chrome, and Chrome calls itself Safari.
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
MACHINES = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
]


def first_in(user_agent: str, known: list[tuple[str, str]]) -> str:
    return next((name for token, name in known if token in user_agent), "")


@register.filter
def device(user_agent: str) -> str:
    browser, machine = first_in(user_agent, BROWSERS), first_in(user_agent, MACHINES)
    if browser and machine:
        return _("%(browser)s on %(machine)s") % {"browser": browser, "machine": machine}
    return browser or machine or _("A device we do not know")
