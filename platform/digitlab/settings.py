"""Settings, all of them from the environment; the README lists every name that is read here."""

import os
import re
import secrets
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from digitlab import model_store
from digitlab.processes import blas_threads, redis_address

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

DATA_DIR = Path(env.str("DIGITLAB_DATA_DIR", default=str(BASE_DIR / ".data"))).expanduser().absolute()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
MNIST_FILE = env.str("DIGITLAB_MNIST", default="")

DEBUG = env.bool("DEBUG", default=False)
AUTH_MODE = env.str("DIGITLAB_AUTH", default="local")
if AUTH_MODE not in {"local", "login"}:
    raise environ.ImproperlyConfigured(f"DIGITLAB_AUTH is 'local' or 'login'; got {AUTH_MODE!r}")
# Per account and web process; in `local` mode there are no accounts, and no limits.
RATE_LIMITS = {
    "submissions": env.str("RATE_SUBMISSIONS", default="60/hour"),
    "predictions": env.str("RATE_PREDICTIONS", default="3000/minute"),
}
if AUTH_MODE == "local":
    RATE_LIMITS = {}


def _kept_secret(path: Path) -> str:
    """The installation's own secret, made on first use and readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    secret = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret


SECRET_KEY = env.str("SECRET_KEY", default="") or _kept_secret(DATA_DIR / "secret_key")


def _url_prefix(text: str) -> str:
    """The path of the site as "/lab", or nothing; slashes at the ends do not matter."""
    parts = [part for part in text.split("/") if part]
    if not all(re.fullmatch(r"[\w.~-]+", part, re.ASCII) and part.strip(".") for part in parts):
        raise environ.ImproperlyConfigured(f"URL_PREFIX is a path such as /lab/; got {text!r}")
    return "".join(f"/{part}" for part in parts)


URL_PREFIX = _url_prefix(env.str("URL_PREFIX", default=""))
FORCE_SCRIPT_NAME = URL_PREFIX or None
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{URL_PREFIX}/"
MESSAGE_STORAGE = "digitlab.http.message_cookies.MessageStorage"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "ninja",
    "digitlab",
    "training",
    "inference",
    "datasets",
    "weblib",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "digitlab.http.middleware.ErrorsOfTheApiAreJson",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    *(["digitlab.http.middleware.PagesNeedLogin"] if AUTH_MODE == "login" else []),
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "digitlab.urls"
ASGI_APPLICATION = "digitlab.asgi.application"
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
                "digitlab.context.auth_mode",
            ],
        },
    },
]

# Databases. With WAL but without immediate transactions, most concurrent writers met "database is locked".
DATABASES: dict[str, Any] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'digitlab.sqlite3'}"),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
    # A file, for tests too: in memory, threads would not meet the locks that they meet in earnest.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

# Files.
STATIC_URL = f"{URL_PREFIX}/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files")},
    },
    "models": model_store.storage(env.str("DIGITLAB_MODEL_STORE", default=""), DATA_DIR),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATASETS_DIR = DATA_DIR / "datasets"
CHECKPOINTS_DIR = DATA_DIR / "checkpoints"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# Redis only carries messages; all state is in the database.
REDIS_URL = env.str("REDIS_URL", default="") or redis_address.embedded_url(DATA_DIR)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # redis-py 8 drops an idle subscription after five seconds by default.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 30}], "prefix": "digitlab"},
    },
}

# Celery.
WORKER_SLOTS = env.int("WORKER_SLOTS", default=blas_threads.default_slots())
# Two queues that workers empty in turn: what takes a moment does not wait behind every run.
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in ("celery", "measurements")}
CELERY_BROKER_URL = redis_address.celery_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_CONCURRENCY = WORKER_SLOTS
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
# A process that has trained with TensorFlow keeps 600 MB: it ends with its task, and a fresh one takes its place.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, "socket_connect_timeout": 3, "health_check_interval": 10}

# Runs.
LEASE_SECONDS = env.float("LEASE_SECONDS", default=15.0)
MAX_ATTEMPTS = env.int("MAX_ATTEMPTS", default=5)
SCHEDULER_SECONDS = env.float("SCHEDULER_SECONDS", default=3.0)
REQUEUE_SECONDS = env.float("REQUEUE_SECONDS", default=10.0)
CELERY_BEAT_SCHEDULE = {
    "reconcile-runs": {"task": "training.tasks.reconcile_runs", "schedule": SCHEDULER_SECONDS},
}
CELERY_BEAT_SCHEDULER = "digitlab.celery:LocalScheduler"

# Safety.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("HTTPS", default=False)
if env.bool("HTTPS", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "draw"
CSRF_FAILURE_VIEW = "digitlab.http.csrf_failure.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
