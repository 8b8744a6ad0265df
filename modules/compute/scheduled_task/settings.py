"""The `scheduled_task` block: a command that runs to completion on a schedule."""

import json
from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field, model_validator

from modules.autoscaling.settings.times import TimeZone
from modules.compute.task.settings import TaskSettings
from modules.foundation.cron import ScheduleExpression
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label, Settings

#: The length of the overrides of a task definition: [TaskOverride, containerOverrides]
#: (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html): 8192 characters.
OVERRIDES_LIMIT = 8192
#: Keys that come from the service if the task runs the service's task definition.
_OF_THE_SERVICE = (
    "cluster", "capacity", "image", "ephemeral_storage_gib", "entry_point", "user", "read_only_root", "writable_paths",
    "init_process", "stop_timeout_seconds", "ulimit", "health_check", "secrets", "parameters", "environment_files",
    "databases", "caches", "buckets", "queues", "topics", "streams", "pushes", "reaches", "egress", "cpu", "memory",
    "depends_on", "sidecar", "init", "traces", "search",
)  # fmt: skip


class RetrySettings(Settings):
    """The `retry` block: retries when a task cannot be started. A task that ends with an error is not run again."""

    # [EventBridge Scheduler API Reference, RetryPolicy]
    # (https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html).
    maximum_attempts: int = Field(default=5, ge=0, le=185, description="The number of retries; 0 for none.")
    maximum_age_minutes: int = Field(
        default=60, ge=1, le=1440, description="Minutes until retries stop; less than the interval of the schedule."
    )


class ScheduledTaskSettings(TaskSettings):
    """A `scheduled_task` block: a command that runs in a service's task definition, or in a separate one."""

    key_groups: ClassVar[Mapping[str, str]] = {**TaskSettings.key_groups, "schedule_expression": "Schedule"}
    renamed: ClassVar[Mapping[str, str]] = {"schedule": "schedule_expression"}

    schedule_expression: ScheduleExpression = Field(
        examples=["cron(0 3 * * ? *)"], description="A rate(...) or cron(...) expression of EventBridge Scheduler."
    )
    time_zone: TimeZone = Field(
        default="UTC", examples=["Asia/Seoul"], description="Time zone of a cron schedule, with daylight saving time."
    )
    service: Label | None = Field(
        default=None,
        examples=["api"],
        description="The service whose latest task definition revision it runs, with that service's image, "
        "permissions, secrets, and `sidecar` and `init` containers.",
    )
    enabled: bool = Field(default=True, description="Whether the schedule is enabled.")
    flexible_minutes: int = Field(
        default=0, ge=0, le=1440, description="Minutes within which it may start, so that not all tasks start at once."
    )
    task_count: int = Field(default=1, ge=1, le=10, description="How many tasks start each time.")
    retry: RetrySettings = Field(default=RetrySettings(), description="Retries when a task cannot be started.")
    dead_letters: bool = Field(
        default=True, description="Whether failed invocations are kept in a dead-letter queue for two weeks."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ScheduledTaskSettings":
        raise_findings([*self.common_findings(), *self._findings()])
        return self

    def _findings(self) -> Iterator[Finding]:
        if not self.command and not self.entry_point:
            rule = "is missing: the task would run the service's own program, and never end"
            yield Finding(("command",), None, rule, 'write a list, such as command = ["python", "-m", "report"]')
        if self.service is None:
            return
        size = len(json.dumps([list(self.command), self.environment]))
        if size > OVERRIDES_LIMIT:
            rule = f"and environment have about {size} characters; ECS allows {OVERRIDES_LIMIT} as overrides"
            remedy = "move long values into the image, or write image instead of service"
            yield Finding(("command",), None, rule, remedy)
        for name in sorted(self.model_fields_set & set(_OF_THE_SERVICE)):
            rule = f"comes from service.{self.service}, whose latest revision is run"
            yield Finding((name,), None, rule, "remove it, or write image instead of service")
