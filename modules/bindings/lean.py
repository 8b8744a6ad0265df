"""Loader of generated modules without docstrings, evaluated annotations, and type checks of arguments.

The classes of jsii evaluate the annotations of each method when they are imported, and check each argument when they
are called. Both take more time than the rest of the import and of the calls. mypy checks the same types, and so does
the kernel; the stock bindings do it too, in the test that compares them.
"""

from __future__ import annotations
import __future__

import marshal
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from types import CodeType

#: Marks the bytecode, which is stored beside Python's own.
MARK = "groundwork"


class LeanLoader(SourceFileLoader):
    """Compiles as `python -OO` and `from __future__ import annotations` do, and caches the result as Python does."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - of the base class
        """Return the module's code."""
        stats = self.path_stats(self.path)
        header = MAGIC_NUMBER + b"".join(
            (int(number) & 0xFFFFFFFF).to_bytes(4, "little") for number in (0, stats["mtime"], stats["size"])
        )
        cached = cache_from_source(self.path, optimization=MARK)
        try:
            data = self.get_data(cached)
            if data.startswith(header):
                code: CodeType = marshal.loads(memoryview(data)[len(header) :])
                return code
        except (OSError, EOFError, ValueError, TypeError):
            pass  # No bytecode yet, or a damaged file: it is written again.
        flags = __future__.annotations.compiler_flag
        code = compile(self.get_data(self.path), self.path, "exec", flags, dont_inherit=True, optimize=2)
        if not sys.dont_write_bytecode:
            self.set_data(cached, header + marshal.dumps(code))
        return code
