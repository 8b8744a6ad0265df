"""The jsii kernel, with references that need no message, and arguments without the settings that are not set.

Imported by `importing.py` after `jsii._kernel`. Any release of jsii other than the one known here is left as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jsii._kernel as stock
from jsii._kernel.providers import process as jsii_process

from .process import DirectProcess
from .references import References

RELEASE = "1.142.0"

_convert_as_usual = stock._make_reference_for_native


def improve() -> None:
    """Replace the kernel and its process, if their release is the known one."""
    stock_process: Any = jsii_process
    if stock_process.__jsii_runtime_version__ == RELEASE and "JSII_RUNTIME" not in os.environ:
        vars(stock_process).update(_NodeProcess=DirectProcess)
        vars(stock).update(_make_reference_for_native=_convert, Kernel=ReferringKernel)


class ReferringKernel(stock.Kernel):
    """Replaces jsii's class."""

    def __init__(self) -> None:
        super().__init__()
        self.references = References(super().get)
        #: The stack in which the message that is being converted is synthesized as it is.
        self.stack: Any = None

    def create(self, kind: type, element: Any, args: list[Any] | None = None) -> Any:
        """Create an object, and record it if it is a construct."""
        args = list(args or [])
        if len(args) > 1 and isinstance(args[1], str):
            # An ID is not synthesized: CDKTF refuses tokens in it.
            args[1] = self.references.in_text(args[1], None)
        with self._synthesizing(self.references.plain_stack_of_new(kind, args)):
            created = super().create(kind, element, args)
        self.references.created(kind, element, args)
        return created

    def get(self, element: Any, property: str) -> Any:
        """Return a placeholder, or what the kernel returns."""
        placeholder = self.references.read(element, property)
        return super().get(element, property) if placeholder is None else placeholder

    def set(self, element: Any, property: str, value: Any) -> None:
        """Set a property."""
        with self._synthesizing(self.references.plain_stack(element)):
            super().set(element, property, value)
        if property == "forEach":
            self.references.forget(element)

    def invoke(self, element: Any, method: str, args: list[Any] | None = None) -> Any:
        """Call a method, and record the logical ID that it sets."""
        renames = method in ("overrideLogicalId", "resetOverrideLogicalId")
        self.references.invoking(element, renames=renames)
        with self._synthesizing(self.references.plain_stack(element)):
            result = super().invoke(element, method, args)
        if renames:
            self.references.renamed(element, *args or [None])
        return result

    def sinvoke(self, kind: type, method: str, args: list[Any] | None = None) -> Any:
        """Call a static method, such as a function of Terraform."""
        with self._synthesizing(None):
            return super().sinvoke(kind, method, args)

    def sync_complete(self, *args: Any) -> Any:
        """Return the result of a callback to the kernel."""
        with self._synthesizing(None):
            return super().sync_complete(*args)

    @contextmanager
    def _synthesizing(self, stack: Any) -> Iterator[None]:
        before, self.stack = self.stack, stack
        try:
            yield
        finally:
            self.stack = before


def _convert(kernel: Any, value: Any) -> Any:
    """Convert an argument as jsii does."""
    kind = type(value)
    if isinstance(value, str):
        return kernel.references.in_text(value, kernel.stack) if "${" in value else value
    if kind is list:
        return [_convert(kernel, each) for each in value]
    if kind is dict:
        return {"$jsii.map": {_convert(kernel, name): _convert(kernel, each) for name, each in value.items()}}
    names, values = getattr(kind, "__jsii_name_mapping__", None), getattr(value, "_values", None)
    if names is None or values is None:
        return _convert_as_usual(kernel, value)
    data = {names[name]: _convert(kernel, values[name]) for name in names if values.get(name) is not None}
    return {"$jsii.struct": {"fqn": kind.__jsii_type__, "data": data}}
