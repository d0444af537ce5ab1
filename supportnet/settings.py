"""Settings. Everything that differs between two machines comes from the environment.

Secrets may come from files: SECRET_KEY_FILE=/run/secrets/key is read in place of SECRET_KEY.
"""

import os
from email.utils import formataddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from supportnet import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

# Local mode: a developer's or a curious person's own machine. It may make up a secret key,
# and it alone shows the page with the mail that was caught. Never on by accident in production,
# which always sets DATABASE_URL.
LOCAL: bool = env.bool("SUPPORTNET_LOCAL", default=embedded.wanted())
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="") or (embedded.local_secret_key() if LOCAL else "")

# Where links in mail lead to; tasks have no request to ask.
SITE_URL: str = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")


def local_hosts(host: str, site: str) -> list[str]:
    """The names one's own machine answers to: every name only where it was told to listen everywhere."""
    if host in ("0.0.0.0", "::", "[::]"):  # noqa: S104 (a comparison)
        return ["*"]
    ours = {host.strip("[]"), urlsplit(site).hostname or ""} - {"", "localhost", "127.0.0.1", "::1"}
    return ["localhost", "127.0.0.1", "[::1]", *sorted(f"[{it}]" if ":" in it else it for it in ours)]


ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=local_hosts(env.str("HOST", ""), SITE_URL) if LOCAL else []
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

INSTALLED_APPS = [
    "supportnet.apps.SupportnetConfig",
    "accounts.apps.AccountsConfig",
    "outbox.apps.OutboxConfig",
    "networks.apps.NetworksConfig",
    "checkins.apps.CheckinsConfig",
    "resources.apps.ResourcesConfig",
    "asks.apps.AsksConfig",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "resources.api.middleware.DirectoryApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "checkins.middleware.SignsOfLifeMiddleware",
]

ROOT_URLCONF = "supportnet.urls"
WSGI_APPLICATION = "supportnet.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "supportnet.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# PostgreSQL and Redis -------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=embedded.database_url())}
_db = DATABASES["default"]
if not _db.get("HOST") and "host" in _db.get("OPTIONS", {}):
    # A unix socket arrives as ?host=/directory; Django's own tools look for it in HOST.
    _db["HOST"] = _db["OPTIONS"].pop("host")
_db["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
_db["CONN_HEALTH_CHECKS"] = True

REDIS_URL: str = env.str("REDIS_URL", default=embedded.redis_url())

# The cache holds the counts that slow down guessing of passwords. It lives in PostgreSQL, so that
# signing in does not depend on Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "supportnet_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "supportnet.adapter.HouseAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_FORMS = {
    "login": "accounts.entrance.LoginForm",
    "signup": "accounts.entrance.SignupForm",
    "request_login_code": "accounts.entrance.RequestLoginCodeForm",
    "confirm_login_code": "accounts.entrance.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "accounts.entrance.ConfirmEmailVerificationCodeForm",
    "confirm_password_reset_code": "accounts.entrance.ConfirmPasswordResetCodeForm",
    "reset_password": "accounts.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.entrance.ResetPasswordKeyForm",
    "change_password": "accounts.entrance.ChangePasswordForm",
    "set_password": "accounts.entrance.SetPasswordForm",
    "reauthenticate": "accounts.entrance.ReauthenticateForm",
    "add_email": "accounts.entrance.AddEmailForm",
    "change_email": "accounts.entrance.ChangeEmailForm",
}
# A new code may be asked for soon after the first: mail is slow, and people are not.
# For the ways in, the strict limits are for an address as tried from one place, and keep only that place out.
# Those for an address from everywhere are wide, so that who knows it cannot keep its owner out; 200 guesses an
# hour still lead nowhere.
ACCOUNT_RATE_LIMITS = {
    "confirm_email": "4/5m/key",
    "login_failed": "10/m/ip,5/5m/key,40/d/key",
    "login_anywhere": "200/h/key",
    "request_login_code_here": "3/m/key,8/h/key",
    "request_login_code": "20/m/ip,60/h/key",
    "reset_password_here": "3/m/key,8/h/key",
    "reset_password": "20/m/ip,60/h/key",
    # Letters to the curators of the directory, with and without an account.
    "tell": "30/h/ip",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 900
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 3600
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CHANGE_EMAIL = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
USERSESSIONS_TRACK_ACTIVITY = False

# Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English (United States)")), ("en-gb", _("English (United Kingdom)"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Mail -----------------------------------------------------------------------------------------

_mail = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
# A server may take its time after the text (RFC 5321 §4.5.3.2); hanging up early means sending twice.
EMAIL_TIMEOUT = 60
DEFAULT_FROM_EMAIL: str = env.str(
    "FROM_EMAIL", default=formataddr(("Supportnet", "hello@supportnet.invalid"))
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Whom letters seem to come from for a reader who asked for discretion: a name that says nothing.
DISCREET_FROM_NAME: str = env.str("DISCREET_FROM_NAME", default="Notes")
# How many connections to the mail server one worker may keep at work while the server answers slowly.
EMAIL_CONNECTIONS: int = env.int("EMAIL_CONNECTIONS", default=16)
# The folder the local mail catcher fills and the page at /mail/ reads.
MAIL_DIR: Path = Path(env.str("MAIL_DIR", default=str(BASE_DIR / ".local" / "mail")))

# Celery ---------------------------------------------------------------------------------------
# A message in Redis is only a hint: the rows in PostgreSQL say what is due. So nothing here needs
# to survive, and nothing is acknowledged late, retried or scheduled by Celery itself.

CELERY_BROKER_URL = embedded.broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # A publish to a Redis that is away must fail at once: a page waits for it.
    "socket_connect_timeout": 1,
    "socket_timeout": 30,
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="supportnet")
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Inside the lease of a message, outside what a batch and one slow letter can take.
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_TIME_LIMIT = 285
CELERY_TIMEZONE = "UTC"
# Seconds between two looks for what is due. More often where somebody is trying it out; tests every second.
SWEEP_SECONDS: float = env.float("SWEEP_SECONDS", default=10.0 if LOCAL else 30.0)
# Between two looks of the watchdog; after each clean one this address is asked for, so that silence is noticed.
WATCH_SECONDS: float = env.float("WATCH_SECONDS", default=300.0)
HEARTBEAT_URL: str = env.str("HEARTBEAT_URL", default="")
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": max(seconds * 2, 5)}}
    for name, seconds in {
        "checkins.tasks.sweep_silences": SWEEP_SECONDS,
        "checkins.tasks.sweep_ladders": 3600.0,
        "checkins.tasks.watch": WATCH_SECONDS,
        "outbox.tasks.deliver": SWEEP_SECONDS / 2,
        "networks.tasks.sweep_invitations": 3600.0,
        "networks.tasks.sweep_suggestions": 3600.0,
        "networks.tasks.sweep_share_ends": 300.0,
        "networks.tasks.forget_looks": 3600.0,
        "asks.tasks.sweep_asks": 300.0,
        "resources.tasks.sweep_clock": 900.0,
        "resources.tasks.sweep_likeness": 900.0,
        "resources.tasks.sweep_findable": 600.0,
        "resources.tasks.tidy_search": 86_400.0,
        "resources.tasks.forget_senders": 86_400.0,
        "resources.tasks.gather_links": 3600.0,
        "resources.tasks.sweep_links": 300.0,
        "resources.tasks.sweep_searches": 900.0,
        "resources.tasks.sweep_imports": SWEEP_SECONDS / 2,
    }.items()
}

# The directory ----------------------------------------------------------------------------------
# What the public API says of who checked a listing: the mailbox of the curators, never one of their own.
DIRECTORY_EMAIL: str = env.str("DIRECTORY_EMAIL", default="")
# How often one client may ask, and how often for everything at once; so many times in so many seconds.
DIRECTORY_API_RATE: tuple[int, int] = (env.int("DIRECTORY_API_PER_MINUTE", default=120), 60)
DIRECTORY_API_STREAMS: tuple[int, int] = (env.int("DIRECTORY_API_STREAMS_PER_HOUR", default=12), 3600)
# So many clients may read everything at the same time, each one such answer: a slow reader keeps a thread busy.
DIRECTORY_API_STREAMS_AT_ONCE: int = env.int("DIRECTORY_API_STREAMS_AT_ONCE", default=3)
# The link checker asks no address inside a network, except this machine where a test says so.
LINK_CHECK_LOOPBACK = False

# Files and headers ----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "static_root"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not (LOCAL or DEBUG)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = LOCAL or DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Over plain http on one's own machine the browser would drop secure cookies.
_https = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=_https)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if _https else 0)
# Switch these off where other names below this one are not served over https.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=_https)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=_https)
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = 30 * 24 * 3600  # long: filling in a form on a bad day may take a day
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Where the leave-quickly button leads: a page anyone might have open.
LEAVE_URL: str = env.str("LEAVE_URL", default="https://www.bbc.co.uk/weather")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    "loggers": {
        name: {"level": "INFO"}
        for name in ("supportnet", "accounts", "outbox", "networks", "checkins", "resources", "asks")
    },
}
