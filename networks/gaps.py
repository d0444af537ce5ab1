"""What nobody in the circles gives, as one question. Pure: ties in, a question or nothing out.

Asked only where the owner has noted for somebody how they support them: before that, nothing is known to be missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from networks.models import Circle, Support, Tie

# After "not now" nothing is asked for that long.
PEACE = dt.timedelta(days=91)


@dataclass(frozen=True)
class Gap:
    """A question, and the words to look for an answer with in the directory of groups and services."""

    key: str
    question: str | Promise
    look_for: str


# In the order they are asked: what is most often missed when a body gives up early comes first.
GAPS = (
    Gap(Support.PRACTICAL, _("Is there someone for lifts or shopping?"), "lifts or drivers or shopping"),
    Gap(Support.LISTENING, _("Is there someone who listens on a bad day?"), "talk or listen"),
    Gap(Support.COMPANY, _("Is there someone to just be with?"), "company or friend"),
    Gap(
        Support.ADVICE,
        _("Is there someone who knows about forms, benefits or treatments?"),
        "advice or benefits",
    ),
    Gap(Support.PERSPECTIVE, _("Is there someone who knows this from the inside?"), "peer or pain"),
    Gap(Circle.CLOSEST, _("Is there someone you would like to have closer?"), "friend or group"),
    Gap(Circle.CLOSE, _("Is there someone you would like to see more often?"), "group or coffee"),
    Gap(Circle.WIDER, _("Is there a group or a place that would be good to have?"), "group or place"),
)


def ask(ties: Iterable[Tie], *, not_now_at: dt.datetime | None, now: dt.datetime) -> Gap | None:
    """The first gap. `not_now_at`: when they last said "not now"."""
    if not_now_at and now - not_now_at < PEACE:
        return None
    everybody = list(ties)
    noted = {support for tie in everybody for support in tie.supports}
    if not noted:
        return None
    there = noted | {tie.circle for tie in everybody}
    return next((gap for gap in GAPS if gap.key not in there), None)
