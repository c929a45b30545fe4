"""The scenario site behind both ways in: through Django's middleware, and wrapped."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.scenarios.settings")

from sentry_scm_grpc.wsgi import wrap

through_middleware = get_wsgi_application()
wrapped = wrap(through_middleware)
