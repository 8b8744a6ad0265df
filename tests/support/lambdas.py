"""A context for tests of functions, and handler modules that are imported again for each environment."""

import importlib
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

#: The variables that the runtime sets; botocore finds only these credentials.
RUNTIME = {
    "AWS_REGION": "ap-northeast-2",
    "AWS_DEFAULT_REGION": "ap-northeast-2",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Context(LambdaContext):
    """The context of one invocation, with 30 seconds left."""

    def __init__(self) -> None:
        self._function_name = "function"
        self._memory_limit_in_mb = 512
        self._invoked_function_arn = "arn:aws:lambda:ap-northeast-2:333333333333:function:function"
        self._aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return the time until the function's timeout, which is constant here."""
        return 30_000


@contextmanager
def started(function: str, environment: Mapping[str, str]) -> Iterator[ModuleType]:
    """Yield the function's handler module, imported with only these environment variables, as in Lambda."""
    package = f"lambdas.{function}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**RUNTIME, **environment}.items():
            patch.setenv(name, value)
        for module in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            patch.delitem(sys.modules, module)
        # An existing logger writes to the standard output of an earlier test.
        logging.Logger.manager.loggerDict.pop(function, None)
        yield importlib.import_module(f"{package}.handler")
