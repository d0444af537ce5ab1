from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        # Each app registers the kinds of message it writes, in messages.py or, where they are many, letters.py.
        autodiscover_modules("messages", "letters")
