"""The product's settings for the processes of the campaign, with two differences: failpoints may be set, and people
log in by a cheap hash. The environment is wholly the campaign's own.
"""

from __future__ import annotations

import os

from ascender.settings import *  # noqa: F403
from ascender.settings import STORAGES

FAILPOINTS = os.environ.get("FAILPOINTS", "")
# Weak, and quick: the campaign measures mail, not hashing.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Served without collecting the static files first.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
