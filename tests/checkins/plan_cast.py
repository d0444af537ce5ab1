"""Whom the tests of the plan pages know beside the usual cast."""

import datetime as dt
from collections.abc import Callable

from django.test import Client

from accounts.models import User

SignIn = Callable[[User], Client]


HOUR = dt.timedelta(hours=1)
