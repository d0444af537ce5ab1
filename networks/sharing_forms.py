"""What an owner ticks for somebody to see, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from networks import ending, sharing
from networks.ending import HowLong
from networks.models import Membership, Share

# Shown as it is now: what ends already goes on ending then.
AS_IT_IS = ""
OUTDATED = gettext_lazy(
    "Saved. Something had changed since you opened this page, and stays as it is. Please look once more."
)
# Until when each share holds, in words, for those that end by themselves.
Untils = Mapping[str, str]


class SharesField(forms.MultipleChoiceField):
    """Ticks for what somebody may see, each with a whole sentence. Nothing is ticked to begin with."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(share.value, share.label) for share in Share], required=False, **kwargs)

    def speak_of(self, name: str, untils: Untils | None = None) -> None:
        self.choices = [
            (share.value, _and_until(sharing.sentence_for_owner(share, name=name), (untils or {}).get(share)))
            for share in Share
        ]


def _and_until(sentence: str, until: str | None) -> str:
    return f"{sentence} ({until})" if until else sentence


def untils(membership: Membership) -> dict[str, str]:
    """Of what is shared now, on the owner’s clock."""
    now, zone = timezone.now(), timezone.get_current_timezone()
    ends = {share: membership.until_at(share) for share in membership.shown}
    return {share: ending.said(at, now=now, zone=zone) for share, at in ends.items() if at}


class SharesForm(forms.Form):
    """What they see. What ends by itself goes on doing so."""

    all_optional = True
    shares = SharesField(label=gettext_lazy("What may they see?"))
    # What was ticked when the page was made, so that only what was changed on it counts.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, membership: Membership, **kwargs: Any) -> None:
        shown = membership.shown
        super().__init__(data, initial={"shares": shown, "seen": " ".join(shown)}, **kwargs)
        shares = self.fields["shares"]
        assert isinstance(shares, SharesField)  # noqa: S101 - for the type checker
        shares.speak_of(membership.tie.name, untils(membership))

    def clean_seen(self) -> list[str] | None:
        """None of whoever does not say."""
        said: str = self.cleaned_data["seen"]
        return said.split() if self.add_prefix("seen") in self.data else None

    @property
    def ticked(self) -> list[str]:
        shares: list[str] = self.cleaned_data["shares"]
        return shares

    @property
    def seen_before(self) -> list[str] | None:
        seen: list[str] | None = self.cleaned_data["seen"]
        return seen

    def is_outdated_by(self, saved: Membership) -> bool:
        """Something was changed elsewhere since the page was made, so it is not as it was ticked here."""
        return set(saved.shares) != set(self.ticked)


class ForAWhile(forms.Form):
    """Mixed into a form with `shares`: folded away, for what is to end by itself. Left alone it changes nothing."""

    FOLDED = ("how_long", "until_on", "ending")

    how_long = forms.ChoiceField(
        label=gettext_lazy("How long?"),
        choices=[*HowLong.choices],
        required=False,
        help_text=gettext_lazy("They see it to the end of that day. Then it is off, and nobody is told."),
    )
    until_on = forms.DateField(
        label=gettext_lazy("The day, if you choose one"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Type the day like 2027-03-31.")},
    )
    ending = forms.MultipleChoiceField(
        label=gettext_lazy("Does that count for some of it only?"),
        choices=lambda: [(one.value, _capital(words)) for one, words in _in_short()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick nothing here, and it counts for all that is ticked above."),
    )

    def clean_until_on(self) -> dt.date | None:
        day, today = self.cleaned_data["until_on"], timezone.localdate()
        if day and day < today:
            raise forms.ValidationError(_("That day is over. Choose today or a later day."))
        if day and day > today + ending.LONGEST:
            raise forms.ValidationError(_("That is very far away. Choose a day in the next two years."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        chosen, day = said.get("how_long", AS_IT_IS), said.get("until_on")
        if chosen == HowLong.A_DAY and not day and "until_on" not in self.errors:
            self.add_error("until_on", _("Choose the day, or how long."))
        if day and chosen not in (AS_IT_IS, HowLong.FOR_GOOD, HowLong.A_DAY):
            self.add_error("until_on", _("Choose one of the two: how long, or the day."))
        return said

    def ends(self) -> dict[str, dt.datetime | None]:
        """What `ends` of the services means: of which shares an end is said, or taken away."""
        how_long, day = self.cleaned_data["how_long"], self.cleaned_data["until_on"]
        which = self.cleaned_data["ending"] or self.cleaned_data["shares"]
        if how_long == AS_IT_IS and not day:
            return {}
        return dict.fromkeys(which, self._over_at(how_long, day))

    def _over_at(self, how_long: str, day: dt.date | None) -> dt.datetime | None:
        if how_long == HowLong.FOR_GOOD and not day:
            return None
        last = day or ending.last_day(HowLong(how_long), today=timezone.localdate())
        return ending.over_at(last, zone=timezone.get_current_timezone())

    @property
    def open_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.FOLDED]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in self.FOLDED]

    @property
    def is_unfolded(self) -> bool:
        """Something is wrong there, or chosen already."""
        nothing: tuple[Any, ...] = (None, "", [], HowLong.FOR_GOOD)
        return any(field.errors or field.value() not in nothing for field in self.folded_fields)


class SharingForm(ForAWhile, SharesForm):
    """What one member sees, and for how long."""

    field_order = ("shares", *ForAWhile.FOLDED)

    def __init__(self, data: Any = None, *, membership: Membership, **kwargs: Any) -> None:
        super().__init__(data, membership=membership, **kwargs)
        if membership.share_ends:
            how_long = self.fields["how_long"]
            assert isinstance(how_long, forms.ChoiceField)  # noqa: S101 - for the type checker
            how_long.choices = [(AS_IT_IS, _("As it is now")), *HowLong.choices]


def _in_short() -> list[tuple[Share, str]]:
    return list(zip(Share, sharing.short_words_for_owner(Share), strict=True))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
