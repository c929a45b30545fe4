from tests.vendors.scenarios.frames import *  # noqa: F403
