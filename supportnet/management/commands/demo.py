from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from supportnet import demo


class Command(BaseCommand):
    help = "Load invented people and an invented town, once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if demo.is_loaded():
            self.stdout.write("The sample people are there already.")
            return
        demo.load(now=timezone.now())
        self.stdout.write("Sample people and a sample town are loaded. Nobody in them exists.")
