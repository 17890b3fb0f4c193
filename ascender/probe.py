"""Asks the web process of this machine whether it is ready; `python -m ascender.probe` ends with 0 if so, else 1."""

from __future__ import annotations

import http.client
import sys
from urllib.parse import urlsplit

from django.conf import settings


def web_answers(port: int) -> bool:
    """Whether /readyz on this machine answers 200. Waits for three seconds at most.

    It asks by the name that people use, since any other host is refused.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/readyz", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if web_answers(settings.PORT) else 1)
