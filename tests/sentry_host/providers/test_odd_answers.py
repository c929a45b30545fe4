from tests.vendors.scenarios.odd_answers import *  # noqa: F403
