"""What a WSGI server such as gunicorn serves: `gunicorn ascender.wsgi`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascender.settings")

_CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)
_answer = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Every form of ours is UTF-8, whatever a request says of itself: Django would look for the codec that it names,
    and fall over one that reads no text before any of our own code could answer.
    """
    if "CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = _CHARSET.sub("", environ["CONTENT_TYPE"])
    return _answer(environ, start_response)
