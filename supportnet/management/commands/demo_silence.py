import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from checkins import services
from checkins.models import Plan
from supportnet import demo


class Command(BaseCommand):
    help = "Make the sample owner's check-in due now, with short waits, to watch the whole ladder in two minutes."

    def handle(self, *_args: Any, **_options: Any) -> None:
        plan = Plan.objects.active().filter(owner__email=demo.OWNER, programme=Plan.Programme.SAFETY).first()
        if plan is None:
            raise CommandError("The sample owner has no safety check-in. Run `manage.py demo` first.")
        services.fall_due(plan=plan, now=timezone.now(), wait=dt.timedelta(seconds=20))
        self.stdout.write(
            "The sample owner's check-in is due. The nudges, then the e-mail to the supporter, arrive within two "
            "minutes. Check in, or answer as the supporter, and the all-clear follows."
        )
