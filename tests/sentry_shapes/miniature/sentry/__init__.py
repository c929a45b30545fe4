"""A miniature of Sentry: of what changed between 25 and 26.6, and of what the app needs around it. Written from the
facts, with none of Sentry's code. SENTRY_SHAPE chooses the Sentry: see shapes.py."""
