from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NetworksConfig(AppConfig):
    name = "networks"

    def ready(self) -> None:
        # An app above answers in a file of the same name: how much energy an owner has today, what has to be written
        # down when somebody is limited quietly, whom an owner has told in a silence.
        autodiscover_modules("energy", "kept", "telling")
