"""The `function` blocks: Lambda functions whose code is a folder in `lambdas/`, or in an application's repository."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.data.bucket.keys.access import BucketAccess
from modules.data.database.keys.access import ACCESS_DESCRIPTION, DatabaseAccess
from modules.events.function.keys.triggers import FunctionSchedule, OnObject, OnQueue, OnStream, OnTopic
from modules.events.function.packaging import Architecture, Runtime, Target
from modules.foundation.ci_servers import ApplicationPipeline
from modules.foundation.lists import named_twice
from modules.foundation.owner import Owner
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, Settings
from modules.foundation.variables import CREDENTIAL_VARIABLES, variable

#: [Working with Lambda environment variables, Defined runtime environment variables]
#: (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime): a function
#: cannot set these.
RESERVED_VARIABLES = (
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
)
#: [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): maximum number of bytes of
#: all names and values together.
ENVIRONMENT_LIMIT = 4096

_VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
#: The handler, `<folder>.handler.handler`, can have at most 128 characters ([CreateFunction, Handler]
#: (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html)).
_FOLDER = re.compile(r"[a-z][a-z0-9_]{0,63}")
#: [Define Lambda function handler in Python]
#: (https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html): the module, which may be in folders, and the
#: function in it.
_HANDLER = re.compile(r"([A-Za-z_][A-Za-z0-9_]*[./])+[A-Za-z_][A-Za-z0-9_]*")
_HANDLER_LIMIT = 128


def _code(value: str) -> str:
    if not _FOLDER.fullmatch(value):
        raise broken_rule(
            "is not the name of a folder in lambdas/", 'write a name such as "slack_alarm", without a path'
        )
    return value


def _handler(value: str) -> str:
    if not _HANDLER.fullmatch(value) or "/" in value.rpartition(".")[2] or len(value) > _HANDLER_LIMIT:
        raise broken_rule(
            "is not a handler: a Python module, a dot, and a function in it, at most 128 characters",
            'write one such as "app.handler", or "orders/app.handler" for a module in a folder',
        )
    return value


class FunctionSettings(Settings):
    """A `function` block: the code of a Lambda function, its permissions, and its triggers."""

    key_groups: ClassVar[Mapping[str, str]] = {
        "code": "Code and size",
        "owned_by": "Releases by an application's pipeline",
        "reserved_concurrent_executions": "Concurrency and retries",
        "environment": "Environment variables and access",
        "queues": "Messages that it sends",
    }
    renamed: ClassVar[Mapping[str, str]] = {
        "memory": "memory_size",
        "ephemeral_storage": "ephemeral_storage_mib",
        "reserved_concurrency": "reserved_concurrent_executions",
        "retries": "maximum_retry_attempts",
        "maximum_event_age": "maximum_event_age_in_seconds",
        "bucket": 'buckets = { content = ["read uploads/", "write thumbnails/"] }',
    }

    code: Annotated[str, AfterValidator(_code)] | None = Field(
        default=None,
        examples=["slack_alarm"],
        description="The folder in lambdas/; by default the block's name with _ instead of -.",
    )
    description: str = Field(default="", max_length=256, description="Description of the function in AWS.")
    runtime: Runtime = Field(default="python3.13", description="python3.12 or python3.13.")
    architecture: Architecture = Field(
        default="arm64",
        description="arm64 costs 20% less per second; x86_64 is for dependencies without arm64 wheels.",
    )
    # The limits of provider 5.100, which are those of "AWS Lambda quotas".
    memory_size: int = Field(
        default=256, ge=128, le=10240, description="Memory in MB, 128 to 10240; CPU grows in proportion."
    )
    timeout: int = Field(
        default=10, ge=1, le=900, description="Maximum duration of an invocation in seconds, up to 900."
    )
    ephemeral_storage_mib: int = Field(default=512, ge=512, le=10240, description="Size of /tmp in MB, 512 to 10240.")
    owned_by: Owner = Field(
        default="terraform",
        description="Who deploys its code. terraform: an apply deploys the folder in lambdas/. pipeline: the code is "
        "in an application's repository. Terraform creates the function with a placeholder that raises an error, and "
        "the alias live, which everything invokes; it ignores the code and the version afterward. "
        "`python -m ops release-function` deploys both, and takes a bad version back.",
    )
    handler: Annotated[str, AfterValidator(_handler)] | None = Field(
        default=None,
        examples=["app.handler"],
        description='The Python module and the function in it that Lambda calls, required with owned_by = "pipeline"; '
        "for code in lambdas/ it is always handler in handler.py.",
    )
    deployed_by: ApplicationPipeline | None = Field(
        default=None,
        description="Whose jobs may release this function only: in development, jobs on the default branch; in "
        "staging, jobs on tags v*; in production, jobs on tags v* without a hyphen, which prereleases have. The output "
        "`function_roles` has the ARN of the role.",
    )
    provisioned_concurrent_executions: int | None = Field(
        default=None,
        ge=1,
        description="Provisioned concurrency of the alias live: execution environments that are initialized before a "
        'request needs them, with owned_by = "pipeline" only. By default none. Their memory is charged all the time, '
        "used or not, and invocations at a lower rate (AWS Lambda pricing, Provisioned Concurrency).",
    )
    reserved_concurrent_executions: int | None = Field(
        default=None,
        ge=0,
        description="Reserved concurrency, which is also the function's limit; 0 stops all invocations. By default "
        "none.",
    )
    maximum_retry_attempts: int = Field(
        default=2,
        ge=0,
        le=2,
        description="Number of retries of a failed event, after one minute and after two minutes.",
    )
    maximum_event_age_in_seconds: int = Field(
        default=21600, ge=60, le=21600, description="Age in seconds at which an event is discarded, 60 to 21600."
    )
    environment: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"SIZES": "128,512"}],
        description="Environment variables, in addition to those of its resources (BUCKET_CONTENT_NAME, ...).",
    )
    # [Visualize Lambda function invocations using AWS X-Ray]
    # (https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html).
    tracing: Literal["Active", "PassThrough"] = Field(
        default="Active",
        description="Whether Lambda records traces in X-Ray, which show what a function waits for: by default those "
        "that the caller decided to record, otherwise the first request each second and 5% of the others; Lambda has "
        "no setting for the rate. X-Ray costs 5 USD per million recorded traces beyond 100,000 a month. PassThrough "
        "records none, and passes the caller's decision on.",
    )
    in_vpc: bool = Field(
        default=False, description="Whether it runs in the app subnets, where it can reach databases and caches."
    )
    databases: dict[Label, DatabaseAccess] = Field(
        default_factory=dict,
        examples=[{"main": "read_write"}],
        description=f"Databases that it connects to, each with its access: {ACCESS_DESCRIPTION}",
    )
    caches: tuple[Label, ...] = Field(default=(), description="Names of the caches that it connects to.")
    buckets: dict[Label, BucketAccess] = Field(
        default_factory=dict,
        examples=[{"content": ["read uploads/", "write thumbnails/"]}],
        description="Buckets that it uses, each with its access: read, write, or read_write, optionally followed by a "
        "space and a prefix; or a list of these.",
    )
    secrets: tuple[Label, ...] = Field(default=(), description="Names of the secrets that it reads.")
    queues: tuple[Label, ...] = Field(default=(), description="Names of the queues that it sends to.")
    topics: tuple[Label, ...] = Field(default=(), description="Names of the topics that it publishes to.")
    streams: tuple[Label, ...] = Field(default=(), description="Names of the streams that it puts records into.")
    search: Label | None = Field(
        default=None, examples=["logs"], description="The `search` block that its logs are sent to, by default none."
    )
    on_object: dict[Label, OnObject] = Field(
        default_factory=dict, description="S3 event notifications that invoke it, by name."
    )
    on_queue: dict[Label, OnQueue] = Field(
        default_factory=dict, description="Queues whose messages invoke it, by name."
    )
    on_topic: dict[Label, OnTopic] = Field(
        default_factory=dict, description="Topics whose messages invoke it, by name."
    )
    on_stream: dict[Label, OnStream] = Field(
        default_factory=dict, description="Streams whose records invoke it, by name."
    )
    schedule: dict[Label, FunctionSchedule] = Field(
        default_factory=dict, description="Schedules that invoke it, by name."
    )

    @model_validator(mode="after")
    def _rules(self) -> "FunctionSettings":
        raise_findings(
            [
                *self._environment_findings(),
                *self._network_findings(),
                *self._concurrency_findings(),
                *self._owner_findings(),
                *named_twice(self, "caches", "secrets", "queues", "topics", "streams"),
            ]
        )
        return self

    @property
    def target(self) -> Target:
        """The runtime and architecture of its package."""
        return Target(self.runtime, self.architecture)

    @property
    def by_pipeline(self) -> bool:
        """Whether an application's pipeline releases its code, through the alias."""
        return self.owned_by == "pipeline"

    @property
    def published_to(self) -> dict[str, tuple[str, ...]]:
        """The names of what it sends to, by kind of block."""
        return {"queue": self.queues, "topic": self.topics, "stream": self.streams}

    def folder(self, label: str) -> str:
        """Return the folder in lambdas/ of the block with this name, unless a pipeline releases its code."""
        return self.code or label.replace("-", "_")

    def _environment_findings(self) -> Iterator[Finding]:
        for name in self.environment:
            at = ("environment",)
            if name in RESERVED_VARIABLES:
                yield Finding(at, name, "is a variable that Lambda sets itself", "choose another name")
            elif name in CREDENTIAL_VARIABLES:
                rule = "would replace the function's role: SDKs read this variable first"
                yield Finding(at, name, rule, "remove it")
            elif name.startswith(tuple(self._resource_variables())):
                rule = "is set automatically for a resource that the block names"
                yield Finding(at, name, rule, "choose another name, or remove it")
            elif not _VARIABLE.fullmatch(name):
                rule = "is not a valid variable name: two or more letters, digits, and _, starting with a letter"
                yield Finding(at, name, rule, 'write a name such as "SIZES"')
        size = sum(len(name.encode()) + len(value.encode()) for name, value in self.environment.items())
        if size > ENVIRONMENT_LIMIT:
            rule = f"has {size} bytes, and Lambda accepts {ENVIRONMENT_LIMIT}"
            yield Finding(("environment",), None, rule, "move long values into the function's folder, or into a secret")

    def _resource_variables(self) -> Iterator[str]:
        """Yield the prefixes of the variables of all resources that the block names."""
        kinds: Mapping[str, Iterable[str]] = {
            "database": self.databases,
            "cache": self.caches,
            "bucket": self.buckets,
            "secret": self.secrets,
            **self.published_to,
        }
        for kind, labels in kinds.items():
            yield from (variable(kind, label, "") for label in labels)

    def _concurrency_findings(self) -> Iterator[Finding]:
        """Yield queues that would invoke the function more often concurrently than its reserved concurrency.

        [AWS Lambda Developer Guide, Configuring scaling behavior for SQS event source mappings]
        (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html): the reserved concurrency must be at
        least the sum of all queues, or messages are throttled. 0 stops the function on purpose.
        """
        limits = {label: queue.maximum_concurrency or 0 for label, queue in self.on_queue.items()}
        total = sum(limits.values())
        if self.reserved_concurrent_executions and total > self.reserved_concurrent_executions:
            sum_shown = "" if len(limits) == 1 else f"adds up to {total} with those of the other queues, and "
            rule = f"{sum_shown}is above reserved_concurrent_executions {self.reserved_concurrent_executions}: "
            rule += "messages that are throttled are retried until they move to the dead-letter queue"
            at = ("on_queue", next(label for label, limit in limits.items() if limit), "maximum_concurrency")
            remedy = f"write less, or reserved_concurrent_executions = {total}"
            yield Finding(at, limits[at[1]], rule, remedy)

        provisioned, reserved = self.provisioned_concurrent_executions, self.reserved_concurrent_executions
        if provisioned and reserved is not None and provisioned > reserved:
            # [Understanding Lambda function scaling, Reserved and provisioned concurrency]
            # (https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html).
            rule = f"is above reserved_concurrent_executions {reserved}, of which it is a part, and Lambda rejects it"
            at = ("provisioned_concurrent_executions",)
            yield Finding(at, provisioned, rule, f"write reserved_concurrent_executions = {provisioned} or more")

    def _owner_findings(self) -> Iterator[Finding]:
        """Yield the keys that do not fit the owner of the code."""
        if self.by_pipeline:
            if self.code is not None:
                rule = 'conflicts with owned_by = "pipeline": the code is in the application\'s repository'
                yield Finding(("code",), self.code, rule, "remove one of them")
            if self.handler is None:
                rule = 'is required with owned_by = "pipeline": only the application knows its modules'
                yield Finding(("handler",), None, rule, 'write handler = "app.handler" for the function in app.py')
            return
        if self.deployed_by:
            rule = "would deploy code that Terraform replaces with its next apply"
            yield Finding(("deployed_by",), None, rule, 'write owned_by = "pipeline", or remove it')
        if self.handler is not None:
            rule = "is only for functions of a pipeline: code in lambdas/ has its handler in handler.py"
            yield Finding(("handler",), self.handler, rule, 'remove it, or write owned_by = "pipeline"')
        if self.provisioned_concurrent_executions is not None:
            rule = "requires an alias, which only a function of a pipeline has"
            value = self.provisioned_concurrent_executions
            remedy = 'remove it, or write owned_by = "pipeline"'
            yield Finding(("provisioned_concurrent_executions",), value, rule, remedy)

    def _network_findings(self) -> Iterator[Finding]:
        for key, names in (("databases", self.databases), ("caches", self.caches)):
            if names and not self.in_vpc:
                rule = "can be reached only from inside the VPC, and the function is outside"
                yield Finding((key,), list(names), rule, f"write in_vpc = true, or remove {key}")
