#!/usr/bin/env python
"""Django's command line. With no DATABASE_URL and no REDIS_URL set it brings up the embedded engines first."""

import os
import sys

from supportnet import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
    embedded.attach()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
