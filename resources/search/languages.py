"""Which of PostgreSQL's ways with words goes with a language. Pure."""

from __future__ import annotations

from django.conf import settings

SIMPLE = "simple"
CONFIGS = {
    "ar": "arabic",
    "hy": "armenian",
    "eu": "basque",
    "ca": "catalan",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "el": "greek",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "ga": "irish",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nb": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "es": "spanish",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def config_of(language: str) -> str:
    """For "en-gb": english; for nothing, what the site speaks; for a language PostgreSQL knows nothing of: simple."""
    short = (language or settings.LANGUAGE_CODE).lower().replace("_", "-").partition("-")[0]
    return CONFIGS.get(short, SIMPLE)
