"""The login of the admin. It slows down guessing of passwords in the same way as calls (auth/brute_force.py)."""

from __future__ import annotations

import hashlib
from math import ceil
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from sentry_scm_grpc.auth.brute_force import BruteForce
from sentry_scm_grpc.auth.source import FORWARDED, peer_of, source_of
from sentry_scm_grpc.errors import ResourceExhausted

_guard = BruteForce()


class SlowedLogin(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        assert self.request is not None
        if not name or not self.cleaned_data.get("password"):
            return super().clean()
        # Not the name itself: people type their password into this field by mistake, and the log shows the name.
        credential = "admin:" + hashlib.sha256(name.encode()).hexdigest()[:12]
        forwarded = self.request.META.get("HTTP_X_FORWARDED_FOR", "")
        source = source_of(peer_of(self.request.META), {FORWARDED: forwarded})
        try:
            _guard.check(source, credential)
        except ResourceExhausted as error:
            text = f"Too many logins have failed. Try again in {ceil(error.retry_after or 1)} seconds."
            raise ValidationError(text, code="slowed_down") from None
        try:
            cleaned = super().clean()
        except ValidationError:
            _guard.failed(source, credential, "wrong name or password", forwarded=bool(forwarded))
            raise
        _guard.succeeded(source, credential)
        return cleaned
