"""Settings, from the environment alone (`.env.example` lists them); the defaults need no server, account or key."""

import os
import secrets
import sys
from pathlib import Path
from zoneinfo import available_timezones

import dj_database_url
import environ
from django.core.exceptions import ImproperlyConfigured

from rentbook.kernel import modules

from .paths import PACKAGE, ROOT, VAR

environ.Env.read_env(ROOT / ".env")
env = environ.Env()
(VAR / "static").mkdir(parents=True, exist_ok=True)

TESTING = "pytest" in sys.modules
BASE_URL = env("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
PRODUCTION = BASE_URL.startswith("https://")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])


def kept_secret(name: str) -> str:
    """A secret from the environment; outside production one that was made on the first start and kept in var/."""
    if value := env(name, default=""):
        return value
    if PRODUCTION and name == "SECRET_KEY":
        raise ImproperlyConfigured("SECRET_KEY must be set in production (BASE_URL begins with https).")
    path = VAR / name.lower()
    if not path.exists():
        draft = Path(f"{path}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            # Two processes that start together must end with one secret: link() refuses when the name is taken.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SECRET_KEY = kept_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
WEBHOOK_SECRETS = env.list("WEBHOOK_SECRET", default=[]) or [kept_secret("WEBHOOK_SECRET")]

MODULES, RENTBOOK_MODULES_OFF = modules.resolve(modules.discover(), env.list("RENTBOOK_DISABLED", default=[]))

INSTALLED_APPS = [
    "rentbook.kernel",
    "rentbook.exchange",
    *MODULES,
    "rentbook.backoffice",
    "wagtail.users",
    "wagtail.images",
    "wagtail.documents",
    "wagtail.sites",
    "wagtail.admin",
    "wagtail",
    "taggit",
    "django_filters",
    "rest_framework",
    "allauth",
    "allauth.account",
    "django_q",
    "phonenumber_field",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "rentbook.backoffice.middleware.NameTheDoor",
    "rentbook.exchange.pdf.SayWhenUnavailable",
]

ROOT_URLCONF = "rentbook.urls"
WSGI_APPLICATION = "rentbook.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------------

DATABASES = {"default": dj_database_url.parse(env("DATABASE_URL", default=f"sqlite:///{VAR / 'rentbook.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Take the write lock when a transaction begins: otherwise two writers fail with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-20000;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c lock_timeout=3000"

REDIS_URL = env("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cache",
        # It drops entries at random when it is full: the sandbox's orders must outlive a day of rate limits.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- Worker ---------------------------------------------------------------------------------------------------------

Q_CLUSTER = {
    "name": "rentbook",
    "orm": "default",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "poll": 1,
    "timeout": 300,
    # The retry clock starts when a task is fetched, not when it starts: three times the longest run keeps it single.
    "retry": 960,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 1000,
    "time_zone": "UTC",
    "label": "Worker",
}

# --- People ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "kernel.User"
AUTHENTICATION_BACKENDS = ["rentbook.backoffice.accounts.Entrance"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_ADAPTER = "rentbook.backoffice.accounts.StaffOnly"
LOGIN_REDIRECT_URL = "/admin/"
LOGIN_URL = "/accounts/login/"
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- Language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sw", "Kiswahili"), ("fr", "Français"), ("ar", "العربية")]
# Wagtail has no Swahili: what staff see of it, and of Django, is translated there.
LOCALE_PATHS = [PACKAGE / "backoffice/overlay"]
FORMAT_MODULE_PATH = ["rentbook.kernel.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

# --- Files ----------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- Back office ----------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Rentbook"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_LOGIN_URL = "/staff/"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
# No browser knows these two.
WAGTAIL_USER_TIME_ZONES = sorted(available_timezones() - {"Factory", "localtime"})

# --- Messages and payments ------------------------------------------------------------------------------------------

MESSAGE_OUTBOX = Path(env("MESSAGE_OUTBOX", default=str(VAR / "outbox.jsonl")))
RESERVATION_MINUTES = 30
# The sandbox lets whoever holds a pay link call a bill paid, so it never runs where real rent is collected.
PAYMENT_PROVIDER = "" if PRODUCTION else "sandbox"

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))

# --- Safety ---------------------------------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SILENCED_SYSTEM_CHECKS = ["wagtailadmin.W003"]
if PRODUCTION:
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"masked": {"()": "rentbook.kernel.privacy.MaskSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
    "root": {"handlers": ["console"], "level": "INFO" if not TESTING else "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django-q": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
