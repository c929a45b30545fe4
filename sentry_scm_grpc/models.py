"""The only table of the app: the answers to writes with a request id (dispatch/idempotency.py)."""

from __future__ import annotations

from django.db import models


class RequestId(models.Model):
    """A write with a request id. It is running while it has a lease, and answered when it has an answer."""

    #: SHA-256 of the caller's key, the RPC and the request id, in hex. So no other caller finds this row.
    key = models.CharField(max_length=64, primary_key=True)
    #: SHA-256 of the request, in hex.
    digest = models.CharField(max_length=64)
    #: The organization and projects for which the write was admitted. A repetition is checked against these, because
    #: the rows of the request may be deleted by then.
    organization_id = models.BigIntegerField()
    project_ids = models.TextField()
    #: The attempt that has the lease. An attempt that lost the lease no longer changes this row.
    attempt = models.PositiveIntegerField(default=1)
    leased_until = models.DateTimeField(null=True)
    #: Notes of an attempt for the next one: a flat JSON object of strings.
    notes = models.TextField()
    #: The serialized response.
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "sentry_scm_grpc"

    def __str__(self) -> str:
        return self.key
