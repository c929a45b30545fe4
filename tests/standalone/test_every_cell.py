from tests.vendors.scenarios.every_cell import *  # noqa: F403
