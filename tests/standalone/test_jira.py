from tests.vendors.scenarios.jira import *  # noqa: F403
