"""AWS clients whose requests are answered by a test; requests and answers must have the shapes of botocore's models."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import boto3
from botocore import xform_name
from botocore.validate import ParamValidator

#: Returns the answer to the parameters of a request; a `RefusedError` is one of AWS.
Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class RefusedError(Exception):
    """An error that AWS answers with."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.answer = {"Error": {"Code": code, "Message": message}}


class Request(NamedTuple):
    """A request that a client made."""

    operation: str
    parameters: Mapping[str, Any]


@cache
def _session() -> Any:
    """One session for all tests, which reads each service's model once."""
    keys: Any = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "ap-northeast-2"}
    return boto3.session.Session(**keys)


class _Response(NamedTuple):
    status_code: int


class Recorded:
    """Clients of AWS without AWS. An operation without an answer is an error."""

    def __init__(self, answers: object) -> None:
        """`answers` has a method for each operation, such as `describe_services`, which returns its answer."""
        self._answers = answers
        self.requests: list[Request] = []
        self.client = cache(self._client)

    def made(self, operation: str) -> list[Mapping[str, Any]]:
        """Return the parameters of the requests of an operation."""
        return [each.parameters for each in self.requests if each.operation == operation]

    def _client(self, service: str) -> Any:
        client: Any = _session().client(service)
        client.meta.events.register("before-parameter-build", self._take)
        client.meta.events.register("before-call", self._respond)
        return client

    def _take(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context["asked"] = dict(params)
        self.requests.append(Request(model.name, dict(params)))

    def _respond(self, model: Any, context: Mapping[str, Any], **_: Any) -> tuple[_Response, Mapping[str, Any]]:
        try:
            operation: Answer = getattr(self._answers, xform_name(model.name))
            answer = operation(context["asked"])
        except RefusedError as error:
            return _Response(400), error.answer
        report = ParamValidator().validate(answer, model.output_shape)
        assert not report.has_errors(), f"{model.name}: {report.generate_report()}"
        return _Response(200), {**answer, "ResponseMetadata": {}}
