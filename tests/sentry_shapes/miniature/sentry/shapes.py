"""The Sentry that this process is."""

import os

BEFORE, TRANSITION, AFTER = "before", "transition", "after"
#: Sentry 25, the weeks of 26.5, and 26.6.
SHAPE = os.environ["SENTRY_SHAPE"]
assert SHAPE in (BEFORE, TRANSITION, AFTER)
