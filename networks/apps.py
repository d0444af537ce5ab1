from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NetworksConfig(AppConfig):
    name = "networks"

    def ready(self) -> None:
        # Each app above says in kept.py what has to be written down when somebody is limited quietly.
        autodiscover_modules("kept")
