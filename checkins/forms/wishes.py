"""What an owner may wish for, one thing at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.models import Wishes
from networks.models import Membership

LONGEST = 600
TOO_LONG = gettext_lazy("That is a little long. Shorten it to 600 letters or fewer.")
NO_LONGER = gettext_lazy("Choose somebody who has joined your network.")


class Words(forms.CharField):
    """A few lines in somebody's own words."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            max_length=LONGEST,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"max_length": TOO_LONG},
        )


def called(membership: Membership) -> str:
    """As a choice, with what keeps them from hearing now."""
    if membership.limited_at is not None:
        return _("%(name)s (you limited what they see)") % {"name": membership.tie.name}
    if membership.paused_at is None:
        return membership.tie.name
    return _("%(name)s (taking a break now)") % {"name": membership.tie.name}


class WishForm(forms.Form):
    """One thing they may wish for. Nothing on it has to be filled in."""

    all_optional = True

    def __init__(self, data: Any = None, *, wishes: Wishes) -> None:
        super().__init__(data, initial=self.start(wishes))

    def start(self, wishes: Wishes) -> dict[str, Any]:
        """What it starts with: what they wished before."""
        return {name: getattr(wishes, name) for name in self.base_fields}

    def wished(self) -> dict[str, Any]:
        """What `services.wish` takes."""
        return dict(self.cleaned_data)

    def typed(self) -> dict[str, Any]:
        """The same for a form that is only looked at; nothing where it makes no sense yet."""
        return self.wished() if self.is_bound and self.is_valid() else {}


class HelpsForm(WishForm):
    helps = Words(
        gettext_lazy("What helps"),
        gettext_lazy("For example: ring twice, bring soup, sit with me. Leave out where you are."),
    )
    does_not_help = Words(
        gettext_lazy("What does not help"),
        gettext_lazy("For example: advice, many questions, coming round unasked."),
    )


class SignsForm(WishForm):
    signs_of_life = forms.MultipleChoiceField(
        label=gettext_lazy("What counts as a check-in too?"),
        choices=Wishes.Sign.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose from the ones shown here.")},
    )


class TellingForm(WishForm):
    """Some of the people who joined, and words for them."""

    people: str

    def __init__(self, data: Any = None, *, wishes: Wishes) -> None:
        super().__init__(data, wishes=wishes)
        field = self.fields[self.people]
        joined = Membership.objects.of(wishes.owner).select_related("tie", "member", "owner")
        field.queryset = joined.order_by("tie__name")  # type: ignore[attr-defined]
        field.label_from_instance = called  # type: ignore[attr-defined]


class CompanyForm(TellingForm):
    people = "company_from"

    company_from = forms.ModelChoiceField(
        label=gettext_lazy("Who shall hear?"),
        queryset=Membership.objects.none(),
        required=False,
        blank=True,
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("Nobody"),
        error_messages={"invalid_choice": NO_LONGER},
    )
    company_words = Words(
        gettext_lazy("In what words?"),
        gettext_lazy("You write them now, so that on the day one tap is enough."),
    )

    def start(self, wishes: Wishes) -> dict[str, Any]:
        words = _("It is a hard day. If you can, call me or send me a line. You need not fix anything.")
        chosen = wishes.company_from_id
        return {"company_from": chosen or "", "company_words": wishes.company_words if chosen else words}


class FlareWishForm(TellingForm):
    people = "flare_tells"

    flare_tells = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who shall hear?"),
        queryset=Membership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NO_LONGER, "invalid_pk_value": NO_LONGER},
    )
    flare_words = Words(
        gettext_lazy("In what words?"),
        gettext_lazy("They get these beside a line of ours that says how long it may be quiet."),
    )

    def start(self, wishes: Wishes) -> dict[str, Any]:
        chosen = [membership.pk for membership in wishes.flare_tells.all()]
        words = _("I may be slow to answer for a while. Nothing is wrong between us.")
        return {"flare_tells": chosen, "flare_words": wishes.flare_words if chosen else words}
