"""The product's settings, in an environment of the tests' own: nothing of the developer's reaches a test.

`TEST_ENGINE=postgresql` runs the suite on `TEST_DATABASE_URL`; otherwise it runs on SQLite.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

TEST_ENGINE = os.environ.get("TEST_ENGINE") or "sqlite"
TEST_DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "")
TEST_REDIS_URL = os.environ.get("TEST_REDIS_URL", "")

data_dir = tempfile.mkdtemp(prefix="ascender-tests-")
atexit.register(shutil.rmtree, data_dir, ignore_errors=True)

os.environ |= {
    "DEBUG": "",
    "DEMO": "",
    "PORT": "",
    "SITE_URL": "",
    "ALLOWED_HOSTS": "",
    "SECRET_KEY": "not a secret: it signs nothing but the sessions of the tests",
    "DATA_DIR": data_dir,
    "DATABASE_URL": TEST_DATABASE_URL if TEST_ENGINE == "postgresql" else "",
    "CELERY_BROKER_URL": "memory://",
    "CACHE_URL": "",
    "EMAIL_URL": "",
    "EMAIL_TIMEOUT": "",
    "DEFAULT_FROM_EMAIL": "",
    "KEEP_MESSAGES_DAYS": "",
    "KEEP_UPLOADS_DAYS": "",
    "LOG_LEVEL": "WARNING",
}

from ascender.settings import *  # noqa: E402, F403
from ascender.settings import DATABASES, IS_SQLITE, STATIC_ROOT, STORAGES  # noqa: E402

if not IS_SQLITE:
    # Twenty who wait for one, on a machine that is busy with two suites, are no fault.
    options = DATABASES["default"]["OPTIONS"]
    options["options"] = options["options"].replace("lock_timeout=3000", "lock_timeout=30000")
# Deliberately weak, and quick: people log in several hundred times in a run.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages are tested without collecting the static files first.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir()
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
