"""The environment that tests run in, set before Django reads its settings: a data folder of their own."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="digitlab-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

for _name in (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "URL_PREFIX",
    "DIGITLAB_AUTH",
    "PORT",
    "HOST",
    "WORKER_SLOTS",
    "DIGITLAB_MODEL_STORE",
):
    os.environ.pop(_name, None)
os.environ["DIGITLAB_DATA_DIR"] = _folder
os.environ["LOG_LEVEL"] = "ERROR"
# PostgreSQL counts too: `TEST_DATABASE_URL=postgres://…` runs the same tests there.
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
