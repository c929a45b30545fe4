"""The WSGI application of the scenario site."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.scenarios.settings")

from sentry_scm_grpc.wsgi import wrap

application = wrap(get_wsgi_application())
