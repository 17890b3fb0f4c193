"""The product's settings for the benchmark: a cheap hash to log in by, static files that nobody has collected."""

from __future__ import annotations

from ascender.settings import *  # noqa: F403
from ascender.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ROOT_URLCONF = "benchmarks.urls"
