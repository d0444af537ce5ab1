from django.apps import AppConfig


class SupportnetConfig(AppConfig):
    name = "supportnet"
