"""How reviews are written does not depend on the host, but each of Sentry's clients must pass it on."""

from tests.vendors.scenarios.review_writes import (  # noqa: F401
    no_wait,
    pytestmark,
    quiet,
    test_a_review_that_was_interrupted_is_completed,
    test_gitlab_does_not_obey_a_text_and_gives_it_back,
    test_odd_texts_are_written_changed_and_deleted,
    test_threads_are_resolved_and_opened_again,
)
