"""The WSGI application of the embedded host."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentry_scm_grpc.hosts.embedded.settings")

# After the environment, which the settings read.
from sentry_scm_grpc.wsgi import wrap

application = wrap(get_wsgi_application())
