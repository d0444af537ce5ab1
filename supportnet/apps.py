from django.apps import AppConfig
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from supportnet import words


class SupportnetConfig(AppConfig):
    name = "supportnet"

    def ready(self) -> None:
        admin.site.site_header = admin.site.site_title = _("Supportnet: the desk")
        admin.site.index_title = _("What would you like to look after?")
        words.replace_stock()
