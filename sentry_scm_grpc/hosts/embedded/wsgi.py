"""The WSGI application of the embedded host."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentry_scm_grpc.hosts.embedded.settings")

# Imported after the environment is set, because the settings read it.
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.wsgi import wrap

try:
    site = get_wsgi_application()
    conf()
except ImproperlyConfigured as error:
    print(f"sentry-scm-grpc: {error}", file=sys.stderr)
    # With another exit code, gunicorn would restart the worker again and again.
    sys.exit(3)
application = wrap(site)
