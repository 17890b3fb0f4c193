"""Every setting, in one place. What may differ between installations comes from the environment (`.env.example`)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.http.request import split_domain_port

from .environment import (
    Environment,
    as_broker,
    as_database,
    as_days,
    as_flag,
    as_folder,
    as_hosts,
    as_log_level,
    as_mail_server,
    as_port,
    as_redis,
    as_seconds,
    as_sender,
    as_site_url,
    kept_secret,
)

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")
environment = Environment()

# --- Where it runs -----------------------------------------------------------------------------------------------

DEBUG = environment.read("DEBUG", as_flag, False)
DEMO = environment.read("DEMO", as_flag, False)
PORT = environment.read("PORT", as_port, 8000)
SITE_URL = environment.read("SITE_URL", as_site_url, f"http://127.0.0.1:{PORT}")
IS_HTTPS = SITE_URL.startswith("https://")
# With its brackets where it is an address of IPv6.
SITE_HOST = split_domain_port(urlsplit(SITE_URL).netloc)[0]
IS_LOOPBACK = SITE_HOST in ("127.0.0.1", "localhost", "[::1]")
ALLOWED_HOSTS = environment.read(
    "ALLOWED_HOSTS", as_hosts, ["127.0.0.1", "localhost", "[::1]"] if IS_LOOPBACK else [SITE_HOST]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

DATA_DIR = BASE_DIR / environment.read("DATA_DIR", as_folder, Path("var"))
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    environment.fault(f"DATA_DIR: {DATA_DIR} cannot be made ({error.strerror}); name a folder that can be written to")

# --- Database ----------------------------------------------------------------------------------------------------

SQLITE = {
    "OPTIONS": {
        "init_command": "PRAGMA journal_mode=WAL;",
        # A transaction that reads first and writes later could not wait for its turn, and would fail at once.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    },
}
POSTGRESQL = {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 5,
        # Milliseconds: someone else's lock costs a clear answer after 3 s, a stuck process loses its locks after 60 s.
        "options": "-c lock_timeout=3000 -c idle_in_transaction_session_timeout=60000"
        # No statement of ours runs long enough to be worth compiling, which costs 100 ms and more each time. And what
        # our lists read lies in memory or on an SSD, where an index is not four times as far away as the table.
        " -c jit=off -c random_page_cost=1.1"
        # A file is read to its end, so what counts is when the last row is there, and not the first tenth.
        " -c cursor_tuple_fraction=1.0",
    },
}
database = environment.read(
    "DATABASE_URL",
    as_database,
    {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "ascender.sqlite3")},
)
IS_SQLITE = database["ENGINE"] == "django.db.backends.sqlite3"
engine: dict[str, Any] = SQLITE if IS_SQLITE else POSTGRESQL
# What the address says after its question mark, such as sslmode, is added to ours, or stands in its place.
database = engine | database | {"OPTIONS": engine["OPTIONS"] | database.get("OPTIONS", {})}
DATABASES: dict[str, dict[str, Any]] = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Secret ------------------------------------------------------------------------------------------------------

SECRET_KEY = environment.text("SECRET_KEY")
if not SECRET_KEY and not environment.faults:
    if IS_SQLITE or DEMO or DEBUG:
        SECRET_KEY = kept_secret(DATA_DIR / "secret_key")
    else:
        environment.fault(
            "SECRET_KEY is missing; set it to a long random text, the same for every process, "
            "for example from: python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )

# --- What it is made of ------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "ascender.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "ascender",
    "notifications",
    "accounts",
    "certifications",
    "assignments",
    "reports",
]
MIDDLEWARE = [
    # Before all others, so that even a redirect to https and a refused host have their line in the log.
    "ascender.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Behind those that give every answer its headers, before all that could look into a form.
    "ascender.bodies.BoundedBodyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "ascender.csrf.KeptCsrfMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.CompanyTimeZoneMiddleware",
    "accounts.middleware.NothingIsKeptMiddleware",
]
ROOT_URLCONF = "ascender.urls"
WSGI_APPLICATION = "ascender.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["accounts.templatetags.icons"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.company_pages",
                "notifications.context.bell",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Login -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_CHANGE_EMAIL = True
# An unattended browser must not be enough to take an account over, and whoever loses it is told at the old address.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION = "none"
# No mail to an address that has no account: it would let a stranger use us to write to anybody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
ACCOUNT_RATE_LIMITS = {
    # Those who come in count too, and a company of hundreds is behind one address on the morning on which it is told
    # to choose passwords. Guessing has limits of its own, which stay.
    "login": "300/m/ip",
    "reset_password": "300/m/ip,5/m/key",
    "reset_password_from_key": "300/m/ip",
    # As long as the page of the change says. No less: it is what keeps a link from being sent by every press.
    "confirm_email": "1/10s/key",
}
# Behind https stands a proxy of ours: limits count the address that it reports, not its own.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if IS_HTTPS else 0

# --- Browser hardening -------------------------------------------------------------------------------------------

# The session cookie is Lax, since with Strict a person who follows a link in an email arrives logged out.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
# Probes ask the process itself, past the proxy that speaks https.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SILENCED_SYSTEM_CHECKS = [
    # Asking browsers to preload a domain binds its owner for months; that is not ours to do.
    "security.W021",
    # SQLite leaves out the columns that an index carries along for PostgreSQL, and has the index all the same.
    "models.W040",
]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- What a form may hold ------------------------------------------------------------------------------------------

# Bytes. 100,000 selected assignments with their versions, and the ids of all whom the dialog left out: 3 MB as sent.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
# The back office has a box for each company, and two fields for each who attended a training.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Broker: only a doorbell; the database remembers ---------------------------------------------------------------

BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = environment.read("CELERY_BROKER_URL", as_broker, "filesystem://localhost")
BROKER_IS_REDIS = urlsplit(CELERY_BROKER_URL).scheme in ("redis", "rediss")
FILESYSTEM_BROKER = {
    "data_folder_in": str(BROKER_DIR / "messages"),
    "data_folder_out": str(BROKER_DIR / "messages"),
    "processed_folder": str(BROKER_DIR / "taken"),
    "control_folder": str(BROKER_DIR / "control"),
    "polling_interval": 0.2,
}
# Seconds. Whoever rings must not wait for a broker that does not answer: the sweep does without the ring.
REDIS_RINGING = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
# Seconds. A worker waits for rings, yet has to notice a connection that went silent: kombu looks every
# `health_check_interval`, but not while its event loop waits `socket_timeout` for an answer to something else.
REDIS_LISTENING = {
    "socket_connect_timeout": 5,
    "socket_timeout": 4,
    "socket_keepalive": True,
    "health_check_interval": 5,
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
BROKER_LISTENING: dict[str, Any] = REDIS_LISTENING if BROKER_IS_REDIS else FILESYSTEM_BROKER
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = REDIS_RINGING if BROKER_IS_REDIS else FILESYSTEM_BROKER
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For ever: after 100 tries, which is Celery's own measure, a worker ends, 47 minutes into an outage of the broker.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# A ring that is lost with its worker is not rung again: the rows wait for the next sweep.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = 5
CELERY_BEAT_SCHEDULE = {
    # Expires, so that a worker that was away finds some sweeps to do, not a thousand; by beat's clock, while a worker
    # asks its own, which may be ahead.
    "sweep": {
        "task": "assignments.tasks.sweep",
        "schedule": float(SWEEP_SECONDS),
        "options": {"expires": 60},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

# --- Cache: shared by all processes, or login limits limit nothing --------------------------------------------------

CACHE_URL = environment.read("CACHE_URL", as_redis, CELERY_BROKER_URL if BROKER_IS_REDIS else "")
DATABASE_CACHE = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "django_cache",
    # Django would forget entries from the 300th on, and with them who has just been locked out.
    "OPTIONS": {"MAX_ENTRIES": 20_000},
}
CACHES: dict[str, dict[str, Any]] = {"default": DATABASE_CACHE}
if CACHE_URL:
    CACHES = {
        "default": {
            "BACKEND": "ascender.cache.RedisOrDatabaseCache",
            "LOCATION": CACHE_URL,
            "KEY_PREFIX": "ascender",
            "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
        },
        "database": DATABASE_CACHE,
    }

# --- Mail ----------------------------------------------------------------------------------------------------------

MAILBOX_DIR = DATA_DIR / "mailbox"
mail_server: dict[str, Any] = environment.read("EMAIL_URL", as_mail_server, {})
EMAIL_HAS_SERVER = bool(mail_server)
EMAIL_BACKEND = mail_server.get("EMAIL_BACKEND", "ascender.mailbox.EmailBackend")
EMAIL_HOST = mail_server.get("EMAIL_HOST", "localhost")
EMAIL_PORT = mail_server.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = mail_server.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = mail_server.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = mail_server.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = mail_server.get("EMAIL_USE_SSL", False)
# Seconds; Django itself would wait for ever. Four answers to one email have to come within the lease of its worker, and
# that within the time that a task may take.
EMAIL_TIMEOUT = environment.read("EMAIL_TIMEOUT", partial(as_seconds, at_most=15), 10.0)
# In an email an address of IPv6 says of itself that it is one (RFC 5321, section 4.1.3).
MAIL_HOST = "ascender.example" if IS_LOOPBACK else SITE_HOST.replace("[", "[IPv6:")
DEFAULT_FROM_EMAIL = environment.read("DEFAULT_FROM_EMAIL", as_sender, f"Ascender <no-reply@{MAIL_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# That a reminder was sent is known by its row, which has to outlive every due day that it could be sent for again: that
# lies 90 days ahead of a reminder at most, or 60 days behind it.
KEEP_MESSAGES_DAYS = environment.read("KEEP_MESSAGES_DAYS", partial(as_days, at_least=200), 400)
KEEP_UPLOADS_DAYS = environment.read("KEEP_UPLOADS_DAYS", partial(as_days, at_least=1), 90)

# --- Log -----------------------------------------------------------------------------------------------------------

LOG_LEVEL = environment.read("LOG_LEVEL", as_log_level, "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"who_asked": {"()": "ascender.logs.WhoAskedFilter"}},
    "formatters": {"line": {"()": "ascender.logs.LineFormatter"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "filters": ["who_asked"],
            "formatter": "line",
        },
    },
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    # Django's own handlers would print each event a second time, in another form.
    "loggers": {"django": {"handlers": [], "propagate": True}, "django.server": {"handlers": [], "propagate": True}},
}

environment.refuse_faults()
