from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        # Each app's messages.py registers the kinds of message it writes.
        autodiscover_modules("messages")
