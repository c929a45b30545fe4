from types import SimpleNamespace


def _all() -> dict[str, object]:
    from sentry.integrations.repositories import CLASSES

    return CLASSES


_BINDINGS = {"integration-repository.provider": SimpleNamespace(all=lambda: _all().items())}
bindings = SimpleNamespace(get=_BINDINGS.__getitem__)
