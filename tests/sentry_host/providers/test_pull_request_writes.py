"""How pull requests are written does not depend on the host, but each of Sentry's clients must pass it on."""

from tests.vendors.scenarios.pull_request_writes import (  # noqa: F401
    no_wait,
    pytestmark,
    test_each_field_is_changed,
    test_one_is_merged,
    test_which_policies_of_azure_devops_stand_against_a_merge,
)
