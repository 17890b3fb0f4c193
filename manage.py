#!/usr/bin/env python
"""Ascender's command line: `python manage.py help` lists what it can do."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascender.settings")
    if sys.argv[1:2] == ["demo"]:
        # Settings are read before any command runs. The programs that the demo starts inherit these.
        os.environ |= {"DEMO": "true", "DEBUG": "false"}
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:
        sys.exit(f"manage.py: {fault}")


if __name__ == "__main__":
    main()
