"""The toggle of each RPC: an RPC that the settings turn off answers UNIMPLEMENTED to every caller."""

from __future__ import annotations

from typing import Any

import grpc

from sentry_scm_grpc.conf import Conf, conf
from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.interceptors.base import Behavior, CallInterceptor
from sentry_scm_grpc.rpc.policy import BY_PATH


class ToggleInterceptor(CallInterceptor):
    def applies_to(self, method: str) -> bool:
        return method in BY_PATH

    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        rpc = BY_PATH[method]
        decided: tuple[Conf, bool] | None = None

        def toggled(request: Any, context: grpc.ServicerContext) -> Any:
            nonlocal decided
            settings = conf()
            if (found := decided) is None or found[0] is not settings:
                found = decided = settings, settings.enabled(rpc.setting_names)
            if not found[1]:
                raise Unimplemented(
                    f"{rpc.name} is off on this site. Its operator can turn it on in SCM_GRPC['RPCS'].",
                    reason="RPC_DISABLED",
                    metadata={"rpc": rpc.name},
                )
            return behavior(request, context)

        return toggled
