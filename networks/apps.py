from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NetworksConfig(AppConfig):
    name = "networks"

    def ready(self) -> None:
        # Each app above says in kept.py what has to be written down when somebody is limited quietly, and in
        # todays_energy.py how much energy an owner has, and in telling.py whom an owner has told in a silence.
        autodiscover_modules("kept", "todays_energy", "telling")
