"""The one table of the app itself: what was answered to which request id (dispatch/idempotency.py)."""

from __future__ import annotations

from django.db import models


class RequestId(models.Model):
    """A write with a request id: under way while there is a lease, answered once there is an answer."""

    #: SHA-256 of the caller's key, the RPC and the request id, in hex: nobody but that caller meets this row.
    key = models.CharField(max_length=64, primary_key=True)
    #: SHA-256 of the request, in hex.
    digest = models.CharField(max_length=64)
    #: Where the write was admitted: a repetition is checked against these, because what it names may be gone.
    organization_id = models.BigIntegerField()
    project_ids = models.TextField()
    #: Which attempt has the lease. An attempt that lost it changes nothing here any more.
    attempt = models.PositiveIntegerField(default=1)
    leased_until = models.DateTimeField(null=True)
    #: What an attempt tells the next: a flat JSON object of strings.
    notes = models.TextField()
    #: The serialized response.
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "sentry_scm_grpc"

    def __str__(self) -> str:
        return self.key
