"""Sentry's WSGI application, in a process where GitLab is the fake that answers at HTTP level."""

from __future__ import annotations

import responses
from sentry.wsgi import application as sentry_application

from tests.sentry_host.providers.installed import install
from tests.vendors.gitlab import Fake

_mock = responses.RequestsMock(assert_all_requests_are_fired=False)
_mock.start()
install(Fake(), _mock)

application = sentry_application
