"""How the tests of ``provider_contract`` call an adapter, and which of them its class can pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.testing.provider_facts import call_of

T = TypeVar("T", bound=Callable[..., None])


def claims(*operations: str) -> Callable[[T], T]:
    """Marks a test of operations. It is left out unless an adapter defines all of them."""

    def mark(test: T) -> T:
        test.operations = operations  # type: ignore[attr-defined]
        return test

    return mark


class ContractCalls:
    adapter_class: ClassVar[type[ProviderAdapter]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in dir(cls):
            operations = getattr(getattr(cls, name, None), "operations", ())
            if hasattr(cls, "adapter_class") and not all(map(cls.adapter_class.supports, operations)):
                setattr(cls, name, None)

    def call(self, adapter: ProviderAdapter, rpc_name: str, request: Any, page_size: int = 100) -> Any:
        """The adapter's answer to a request, called as the dispatcher does."""
        if "repository_id" in request.DESCRIPTOR.fields_by_name and adapter.repository is not None:
            request.repository_id = adapter.repository.id
        call = call_of(rpc_name, request, page_size)
        return getattr(adapter, call.rpc.operation)(call, request)

    def pages(self, adapter: ProviderAdapter, rpc_name: str, request: Any, items: str, page_size: int) -> Iterator[Any]:
        """The items of a list, page by page. A page has at most the requested number of items.

        From the eleventh page on, that number is 100. A client may change it between pages, and long lists end soon.
        """
        for number in range(10_000):
            size = page_size if number < 10 else max(page_size, 100)
            answer = self.call(adapter, rpc_name, request, size)
            found = getattr(answer, items)
            assert len(found) <= size
            yield from found
            request.page_token = answer.next_page_token
            if not request.page_token:
                return
        raise AssertionError("the pages have no end")
