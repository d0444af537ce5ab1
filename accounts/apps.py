from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Each app says in leaving.py what somebody takes along who goes, and what has to be put in order then.
        autodiscover_modules("leaving", "packing")
