from tests.vendors.scenarios.files import *  # noqa: F403
