"""Settings of a site with nothing but our middleware and Django's common ones."""

SECRET_KEY = "not a secret"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.server.site"
INSTALLED_APPS = ["sentry_scm_grpc"]
MIDDLEWARE = [
    "sentry_scm_grpc.middleware.GrpcWebMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
SCM_GRPC = {"CORS_ORIGINS": ["https://app.example"]}
