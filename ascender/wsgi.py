"""What a WSGI server such as gunicorn serves: `gunicorn ascender.wsgi`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascender.settings")

application = get_wsgi_application()
