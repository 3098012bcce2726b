"""Django's settings; what the environment decides is read by the table in `digitlab.environment`."""

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from digitlab import database_timeouts, environment, model_store
from digitlab.processes import logs, redis_address, role

BASE_DIR = Path(__file__).resolve().parents[2]
VALUES = environment.values()

DATA_DIR = Path(VALUES["DIGITLAB_DATA_DIR"] or BASE_DIR / ".data").expanduser().absolute()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
MNIST_FILE = VALUES["DIGITLAB_MNIST"]

DEBUG = VALUES["DEBUG"]
AUTH_MODE = VALUES["DIGITLAB_AUTH"]
# Of an account; in `local` mode there are no accounts, and no limits.
RATE_LIMITS = {
    "submissions": VALUES["RATE_SUBMISSIONS"],
    "predictions": VALUES["RATE_PREDICTIONS"],
    "failed log-ins": VALUES["RATE_LOGINS"],
}
SOCKETS_PER_ACCOUNT = VALUES["SOCKETS_PER_ACCOUNT"]
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


SECRET_KEY = VALUES["SECRET_KEY"] or _kept_secret(DATA_DIR / "secret_key")

URL_PREFIX = VALUES["URL_PREFIX"]
FORCE_SCRIPT_NAME = URL_PREFIX or None
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{URL_PREFIX}/"
MESSAGE_STORAGE = "digitlab.http.message_cookies.MessageStorage"
ALLOWED_HOSTS = VALUES["ALLOWED_HOSTS"]
CSRF_TRUSTED_ORIGINS = VALUES["CSRF_TRUSTED_ORIGINS"] or []

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
    "storage",
    "weblib",
]

MIDDLEWARE = [
    "digitlab.http.middleware.LogContext",
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

# Databases.
DATABASES: dict[str, Any] = {
    "default": database_timeouts.with_timeouts(
        environment.database(VALUES, DATA_DIR / "digitlab.sqlite3"), is_web=role.current() == "web"
    ),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, for tests too: in memory, threads would not meet the locks that they meet in earnest.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

elif role.current() == "web":
    # Each request has a thread, and without a pool each thread a connection: 150 log-ins at once took all of them.
    DATABASES["default"]["OPTIONS"]["pool"] = database_timeouts.pool(VALUES["DATABASE_CONNECTIONS"])
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

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
    "models": model_store.storage(VALUES["DIGITLAB_MODEL_STORE"], DATA_DIR),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATASETS_DIR = DATA_DIR / "datasets"
CHECKPOINTS_DIR = DATA_DIR / "checkpoints"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# Redis only carries messages; all state is in the database.
REDIS_URL = VALUES["REDIS_URL"] or redis_address.embedded_url(DATA_DIR)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # redis-py 8 drops an idle subscription after five seconds by default.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 30}], "prefix": "digitlab"},
    },
}

# Celery.
WORKER_SLOTS = VALUES["WORKER_SLOTS"]
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
LEASE_SECONDS = VALUES["LEASE_SECONDS"]
STALL_SECONDS = VALUES["STALL_SECONDS"]
STOP_GRACE_SECONDS = VALUES["STOP_GRACE_SECONDS"]
MAX_RUN_SECONDS = VALUES["MAX_RUN_SECONDS"] or None
MAX_ATTEMPTS = VALUES["MAX_ATTEMPTS"]
SCHEDULER_SECONDS = VALUES["SCHEDULER_SECONDS"]
REQUEUE_SECONDS = VALUES["REQUEUE_SECONDS"]

# What is kept; 0 days: for ever.
KEEP_CHECKPOINTS_DAYS = VALUES["KEEP_CHECKPOINTS_DAYS"]
KEEP_FAILED_SNAPSHOTS_DAYS = VALUES["KEEP_FAILED_SNAPSHOTS_DAYS"]
KEEP_TRASH_DAYS = VALUES["KEEP_TRASH_DAYS"]
CELERY_BEAT_SCHEDULE = {
    "reconcile-runs": {"task": "training.tasks.reconcile_runs", "schedule": SCHEDULER_SECONDS},
}
if VALUES["PRUNE_HOURS"]:
    CELERY_BEAT_SCHEDULE["prune"] = {"task": "storage.tasks.prune", "schedule": 3600 * VALUES["PRUNE_HOURS"]}
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
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = VALUES["HTTPS"]
if VALUES["HTTPS"]:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "draw"
CSRF_FAILURE_VIEW = "digitlab.http.csrf_failure.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "MinimumLengthValidator",
            "CommonPasswordValidator",
            "NumericPasswordValidator",
        )
    ),
    {"NAME": "digitlab.accounts.tokens.TokensEndWithPassword"},
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = VALUES["TIME_ZONE"]
USE_TZ = True

LOGGING = logs.configuration(VALUES["LOG_LEVEL"], VALUES["LOG_FORMAT"])
