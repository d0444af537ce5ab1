"""`{{ address|breakable }}` and `{{ number|whole }}`: where a line may end on a small screen, and where it may not."""

from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# After what joins two parts of an address; before a dot, which would look like the end of a sentence.
JOINTS = re.compile(r"(?<=[@/_?&=-])(?=\w)|(?=\.\w)")


@register.filter
def breakable(address: object) -> SafeString:
    """An e-mail or web address that breaks between its parts, not within a word."""
    parts = (conditional_escape(part) for part in JOINTS.split(str(address)))
    return mark_safe("<wbr>".join(parts))  # noqa: S308 (each part is escaped)


@register.filter
def whole(number: object) -> SafeString:
    """What stays on one line as long as there is room for it."""
    return format_html('<span class="whole">{}</span>', number)
