"""The product's settings for the processes that play rounds: nothing is mailed, and few lines are logged."""

from __future__ import annotations

from ascender.settings import *  # noqa: F403
from ascender.settings import LOGGING, STATIC_ROOT, STORAGES

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
# Weak, and quick: interleavings are measured, not hashing.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages are served without collecting the static files first.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir(exist_ok=True)
# What is printed to stdout is read as what was played.
LOGGING["handlers"]["stdout"]["stream"] = "ext://sys.stderr"  # type: ignore[index]
