"""The `experiment` block: a hypothesis about a failure, and the fault that tests it."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, Settings, TieredSettings, each_once
from modules.network.vpc.settings import ZoneLetter
from modules.observability.experiment.keys.steady_state import SteadyStateSettings

#: [AWS Fault Injection Service endpoints and quotas](https://docs.aws.amazon.com/general/latest/gr/fis.html),
#: Experiment duration in hours.
LONGEST_MINUTES = 12 * 60
#: The same page: the target tasks of aws:ecs:stop-task, and the instances of the EC2 actions; it can be raised.
MOST_TARGETS = 5
#: [CreateExperimentTemplate, description]
#: (https://docs.aws.amazon.com/fis/latest/APIReference/API_CreateExperimentTemplate.html), which has the hypothesis.
DESCRIPTION_LIMIT = 512

ShareOf = Annotated[int, Field(ge=1, le=100)]


def _statement(value: str) -> str:
    if len(value.split()) < 5:
        raise broken_rule(
            "is not a hypothesis: nobody could say afterward whether it held",
            'write a sentence, "If one of two tasks stops, no request fails, and ECS starts another in 5 minutes"',
        )
    return value


def template_purpose(label: Label) -> str:
    """Return what a template and its role are for, which is a part of their names."""
    return f"experiment-{label}"


class ScopeSettings(Settings):
    """How many of the resources are affected."""

    count: int | None = Field(
        default=None,
        ge=1,
        le=MOST_TARGETS,
        description="How many, chosen at random; by default 1, the smallest fault that shows anything. An "
        "account's quota is 5 unless AWS has raised it.",
    )
    percent: int | None = Field(
        default=None, ge=1, le=100, examples=[50], description="Which part, in place of `count`; rounded down."
    )

    @property
    def selection_mode(self) -> str:
        """The scope in the form of FIS."""
        return f"PERCENT({self.percent})" if self.percent else f"COUNT({self.count or 1})"

    def of(self, number: int) -> int:
        """Return how many of so many resources are affected."""
        return number * self.percent // 100 if self.percent else self.count or 1

    @model_validator(mode="after")
    def _one_of_both(self) -> "ScopeSettings":
        if self.count is not None and self.percent is not None:
            raise_findings([Finding(("percent",), self.percent, "conflicts with count", "write one of them")])
        return self


class StopTasksSettings(ScopeSettings):
    """The `stop_tasks` block: tasks of a service stop."""

    service: Label = Field(examples=["api"], description="The service.")


class TerminateInstancesSettings(ScopeSettings):
    """The `terminate_instances` block: instances of an ECS cluster are terminated."""

    ecs: Label = Field(examples=["main"], description="The cluster, which has an `ec2` block.")
    availability_zone: ZoneLetter | None = Field(
        default=None, examples=["a"], description="Only instances in this Availability Zone; by default in any."
    )


class TerminateNodesSettings(Settings):
    """The `terminate_nodes` block: a part of an EKS cluster's managed node group is terminated."""

    eks: Label = Field(examples=["blue"], description="The cluster.")
    managed: Label = Field(examples=["general"], description="The managed node group; FIS supports no others.")
    percent: ShareOf = Field(examples=[30], description="Which part of the nodes.")


class CutOffZoneSettings(Settings):
    """The `cut_off_zone` block: the subnets of an Availability Zone lose their connections."""

    availability_zone: ZoneLetter = Field(examples=["a"], description="The Availability Zone.")
    scope: Literal["all", "availability-zone", "vpc"] = Field(
        default="all",
        description="Which connections. all: every one, also inside each subnet, as when the zone fails. "
        "availability-zone: to the VPC's subnets in other zones. vpc: into and out of the VPC.",
    )


class FailOverSettings(Settings):
    """The `fail_over` block: another instance of a database becomes the writer, or its standby the primary."""

    database: Label = Field(examples=["main"], description="The database: Aurora with a reader, or RDS with multi_az.")


class ApiErrorsSettings(Settings):
    """The `api_errors` block: calls of a service's tasks to Kinesis fail.

    Of the AWS services whose calls FIS can let fail, EC2 and Kinesis, tasks are granted only calls to Kinesis.
    """

    service: Label = Field(examples=["api"], description="The service, which puts records into a stream.")
    error: Literal["internal", "throttle", "unavailable"] = Field(
        default="throttle", description="The error; throttle is the one that programs meet most often."
    )
    operations: Annotated[tuple[Literal["PutRecord", "PutRecords"], ...], AfterValidator(each_once)] = Field(
        default=("PutRecord", "PutRecords"), min_length=1, description="The calls that fail."
    )
    percent: ShareOf = Field(default=100, description="Which part of the calls.")


class SlowDatabaseSettings(Settings):
    """The `slow_database` block: what a service's tasks send to a database arrives late."""

    service: Label = Field(examples=["api"], description="The service, which has a `fault_injection` block.")
    database: Label = Field(examples=["main"], description="The database; only packets to it are delayed.")
    delay_milliseconds: int = Field(
        default=200, ge=1, le=60_000, description="The delay. 200 is the default of FIS, and shows missing timeouts."
    )
    jitter_milliseconds: int = Field(
        default=10, ge=0, le=60_000, description="By how much the delay varies; 10 is the default of FIS."
    )
    percent: ShareOf = Field(default=100, description="Which part of the connections.")


class ExperimentSettings(TieredSettings):
    """An `experiment` block: an experiment template of AWS FIS, which runs only when somebody starts it.

    Creates: an alarm for each threshold of its steady state, an IAM role, the experiment template.
    """

    FAULT_BLOCKS: ClassVar[tuple[str, ...]] = (
        "stop_tasks",
        "terminate_instances",
        "terminate_nodes",
        "cut_off_zone",
        "fail_over",
        "slow_database",
        "api_errors",
    )

    hypothesis: Annotated[str, AfterValidator(_statement)] = Field(
        max_length=DESCRIPTION_LIMIT,
        examples=["If one of two tasks stops, less than 1 percent of the requests fail."],
        description="What you expect to happen; the report says whether it did.",
    )
    steady_state: SteadyStateSettings | None = Field(
        default=None,
        description="What must hold all the time. FIS stops the experiment within about two minutes if it does not.",
    )
    stop_tasks: StopTasksSettings | None = Field(default=None, description="Tasks of a service stop.")
    terminate_instances: TerminateInstancesSettings | None = Field(
        default=None, description="Instances of an ECS cluster are terminated."
    )
    terminate_nodes: TerminateNodesSettings | None = Field(
        default=None, description="A part of an EKS cluster's managed node group is terminated."
    )
    cut_off_zone: CutOffZoneSettings | None = Field(
        default=None, description="The subnets of an Availability Zone lose their connections."
    )
    fail_over: FailOverSettings | None = Field(default=None, description="A database fails over.")
    slow_database: SlowDatabaseSettings | None = Field(
        default=None, description="What a service sends to a database arrives late."
    )
    api_errors: ApiErrorsSettings | None = Field(
        default=None, description="Calls of a service's tasks to Kinesis fail."
    )
    duration_minutes: int = Field(
        default=5,
        ge=1,
        le=LONGEST_MINUTES,
        description="How long a fault lasts, after which FIS restores what it changed; a fault that happens once is "
        "watched for so long. 5 minutes is what alarms on failed requests need to notice.",
    )
    recovery_minutes: int = Field(
        default=10,
        ge=1,
        le=60,
        description="Within how many minutes after the experiment all alarms must be off again. An alarm is off a few "
        "minutes after its cause.",
    )
    production: bool = Field(
        default=False,
        description="Whether it may exist in production, where users notice its outcome. Each run there also needs an "
        "unlock record.",
    )

    @property
    def fault(self) -> str:
        """The name of the block with the fault."""
        return next(name for name in self.FAULT_BLOCKS if getattr(self, name))

    @model_validator(mode="after")
    def _rules(self) -> "ExperimentSettings":
        raise_findings(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        faults = [name for name in self.FAULT_BLOCKS if getattr(self, name)]
        if not faults:
            yield Finding((), None, "injects no fault", 'write stop_tasks { service = "api" }, or another fault')
        for name in faults[1:]:
            rule = f"is a second fault besides {faults[0]}: the report could not say which one did it"
            yield Finding((name,), None, rule, "write another experiment for it")
        if self.steady_state is None:
            rule = "has no stop condition: nothing would stop it while users see errors"
            remedy = 'write steady_state { load_balancer "public" { error_percent = 5 } }'
            yield Finding((), None, rule, remedy)
        if self.is_production and not self.production:
            rule = "is not allowed in production without production = true: users would notice its outcome"
            yield Finding((), None, rule, "write production = true, after it held in staging")
        if self.production and not self.is_production:
            yield Finding(("production",), True, f"has no effect in {self.tier}", "remove it")
