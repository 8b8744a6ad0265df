"""Runs one invocation of a function: `python -I -S lambda_runtime.py ZIP_FOLDER ANSWER_FILE SITE_PACKAGES`.

A separate program that imports nothing of this project: the function can import its own zip, Python's standard library,
and the packages of Lambda's Python runtime, and no other package of this machine. Event and context are read from
standard input; the response, or the error in Lambda's format, is written to a file.
"""

import importlib
import json
import os
import sys
import time
import traceback
from importlib.machinery import ModuleSpec, PathFinder

#: [Building Lambda functions with Python, Runtime-included SDK versions]
#: (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html): boto3 and its dependencies.
RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"}


class RuntimeFinder:
    """Finds the packages of the runtime, after the modules of the zip, and nothing else in that folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> "ModuleSpec | None":
        """Return the module's location (importlib.abc.MetaPathFinder)."""
        del path, target
        return PathFinder.find_spec(name, [self._folder]) if name in RUNTIME else None


class Context:
    """[Using the Lambda context object to retrieve Python function information]
    (https://docs.aws.amazon.com/lambda/latest/dg/python-context.html).
    """

    def __init__(self, values: dict, timeout: float) -> None:  # type: ignore[type-arg]
        self.__dict__.update(values)
        self._deadline = time.monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the invocation times out."""
        return max(0, round((self._deadline - time.monotonic()) * 1000))


def main(folder: str, answer: str, site_packages: str) -> None:
    """Invoke the handler, and write what it returned or raised."""
    sys.path.insert(0, folder)
    sys.meta_path.append(RuntimeFinder(site_packages))
    given = json.load(sys.stdin)
    context = Context(given["context"], given["timeout"])
    try:
        module, _, name = os.environ["_HANDLER"].rpartition(".")
        handler = getattr(importlib.import_module(module.replace("/", ".")), name)
        response = {"value": handler(given["event"], context)}
        text = json.dumps(response)
    except BaseException as error:
        traceback.print_exc()
        text = json.dumps({"error": _error(error, given["context"]["aws_request_id"])})
    with open(answer, "w") as file:  # noqa: PTH123 - no further imports than necessary
        file.write(text)


def _error(error: BaseException, request_id: str) -> "dict[str, object]":
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
