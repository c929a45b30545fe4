from tests.vendors.scenarios.odd_answers_of_vsts import *  # noqa: F403
