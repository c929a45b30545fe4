"""Which tests are evidence that our adapters read what a vendor sends: the second table of docs/providers.md.

A test says so by ``@pytest.mark.evidence(kind, *rpcs)``, for the vendors in its module's constant ``VENDORS``.
``python -m tests.vendors.evidence --write docs/providers.md`` puts the table there; a test compares it.
"""

from __future__ import annotations

MARK = "evidence(kind, *rpcs): what the test compares our reading with, for these RPCs; see tests/vendors/evidence.py"
