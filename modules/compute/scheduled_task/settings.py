"""The `scheduled_task` blocks: a command that runs by rate or by the clock, to its end."""

import json
import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.autoscaling.settings.times import TimeZone
from modules.compute.task.settings import TaskSettings
from modules.foundation.cron import faults
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Label, Settings

#: What a run may say otherwise than the task definition: [TaskOverride, containerOverrides]
#: (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html): 8192 characters.
OVERRIDES_LIMIT = 8192
_RATE = re.compile(r"rate\(([1-9]\d*) (minutes?|hours?|days?)\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
#: What is the service's, where its image and its definition are used.
_OF_THE_SERVICE = (
    "cluster", "capacity", "image", "ephemeral_storage_gib", "entry_point", "user", "read_only_root", "writable_paths",
    "init_process", "stop_timeout_seconds", "ulimit", "health_check", "secrets", "parameters", "environment_files",
    "databases", "caches", "buckets", "queues", "topics", "streams", "pushes", "reaches", "egress", "cpu", "memory",
)  # fmt: skip


def _schedule(value: str) -> str:
    cron = _CRON.fullmatch(value)
    if not (_RATE.fullmatch(value) or cron):
        raise broken_rule(
            "is not a schedule that repeats",
            'write "rate(1 hour)", or "cron(0 3 * * ? *)": minute, hour, day, month, day of the week, year',
        )
    for rule, remedy in faults(cron[1]) if cron else ():
        raise broken_rule(rule, remedy)
    return value


class RetrySettings(Settings):
    """The `retry` block: what is done when a task cannot be started. One that ends with an error is not run again."""

    # "EventBridge Scheduler API Reference, RetryPolicy".
    maximum_attempts: int = Field(default=5, ge=0, le=185, description="So often it is tried again; 0 for never.")
    maximum_age_minutes: int = Field(
        default=60, ge=1, le=1440, description="Minutes after which it is given up; shorter than the time to the next."
    )


class ScheduledTaskSettings(TaskSettings):
    """A `scheduled_task` block: on a service's image and as that service, or on an image and with rights of its own."""

    schedule: Annotated[str, AfterValidator(_schedule)] = Field(
        examples=["cron(0 3 * * ? *)"], description="rate(...) or cron(...), as EventBridge Scheduler has them."
    )
    time_zone: TimeZone = Field(
        default="UTC", examples=["Asia/Seoul"], description="Of a cron schedule; daylight saving is followed."
    )
    service: Label | None = Field(
        default=None,
        examples=["api"],
        description="The service whose newest revision it runs, with that service's rights, secrets and image.",
    )
    enabled: bool = Field(default=True, description="Whether it runs.")
    flexible_minutes: int = Field(
        default=0, ge=0, le=1440, description="Minutes within which it may begin, so that not all begin at once."
    )
    task_count: int = Field(default=1, ge=1, le=10, description="How many tasks begin each time.")
    retry: RetrySettings = Field(default=RetrySettings(), description="What is done when a task cannot be started.")
    dead_letters: bool = Field(
        default=True, description="Whether what was given up is kept in a queue for two weeks, to be seen and repeated."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ScheduledTaskSettings":
        refuse([*self.common_findings(), *self._findings()])
        return self

    @property
    def cron(self) -> str:
        """The six fields of the schedule; empty where it is a rate."""
        found = _CRON.fullmatch(self.schedule)
        return found[1] if found else ""

    def _findings(self) -> Iterator[Finding]:
        if not self.command and not self.entry_point:
            rule = "is missing: it would do what the service does, and never end"
            yield Finding(("command",), None, rule, 'write it as a list, command = ["python", "-m", "report"]')
        if self.service is None:
            return
        size = len(json.dumps([list(self.command), self.environment]))
        if size > OVERRIDES_LIMIT:
            rule = f"and environment have some {size} characters, and ECS takes {OVERRIDES_LIMIT} beside a definition"
            yield Finding(("command",), None, rule, "put what is long into the image, or write an image of its own")
        for name in sorted(self.model_fields_set & set(_OF_THE_SERVICE)):
            rule = f"is {self.service}'s own, whose newest revision is run"
            yield Finding((name,), None, rule, "take it out, or take service out and write an image of its own")
