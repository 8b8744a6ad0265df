"""Scheduled ECS tasks."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
    SchedulerScheduleTargetEcsParameters,
    SchedulerScheduleTargetEcsParametersCapacityProviderStrategy,
    SchedulerScheduleTargetEcsParametersNetworkConfiguration,
    SchedulerScheduleTargetRetryPolicy,
)
from constructs import Construct

from modules.compute.scheduled_task.settings import ScheduledTaskSettings
from modules.compute.task.context import TaskContext
from modules.compute.task.task import Task
from modules.events.channel.channels import DEAD_LETTER_DAYS, QUEUE_NAME_LIMIT, Queue
from modules.foundation.metrics import MetricSource
from modules.foundation.policies import Statement, allow, assumed_by
from modules.foundation.roles import Role

#: [EventBridge Scheduler API Reference, CreateSchedule, Name]
#: (https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html).
NAME_LIMIT = 64


class ScheduledTask(Construct):
    """A command that EventBridge Scheduler runs as a task, with the latest revision of its task definition.

    Creates: the role with which Scheduler runs the task and passes the task's two roles, the schedule, a dead-letter
    queue. The task is a service's, with another command, or its own (`Task`).

    A task that starts and fails is not started again: a command that may run twice has to retry by itself.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: ScheduledTaskSettings,
        task: Task,
        has_image: bool,
        context: TaskContext,
    ) -> None:
        """Without an image, `has_image` is false and the schedule is disabled."""
        super().__init__(scope, id)
        self._label = name
        self._settings = settings
        self._task = task
        self._has_image = has_image
        self._context = context
        self._make = context.foundation.resources(self, "scheduled_task")
        self.name = context.foundation.names.of(name, NAME_LIMIT)
        self.dead_letters = queue = self._create_queue() if settings.dead_letters else None
        self._create_schedule(self._create_role(queue), queue.arn if queue else None)

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return {"dead_letters": [self.dead_letters.metrics] if self.dead_letters else []}

    def _create_queue(self) -> Queue:
        foundation = self._context.foundation
        return Queue(
            self,
            "dead-letters",
            make=self._make,
            purpose=self._label,
            name=foundation.names.of(f"scheduled-task-{self._label}-dead-letters", QUEUE_NAME_LIMIT),
            foundation=foundation,
            retention_days=DEAD_LETTER_DAYS,
        )

    def _create_role(self, queue: Queue | None) -> Role:
        names = self._context.foundation.names
        role = Role(
            self._make,
            f"{self._label}_schedule",
            names=names,
            name=f"scheduled-task-{self._label}-schedule",
            # [EventBridge Scheduler User Guide, Confused deputy prevention in EventBridge Scheduler]
            # (https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
            trust_policy=assumed_by("scheduler.amazonaws.com", names.account_id),
            policy_name="start",
            statements=self._run_statements(),
        )
        if queue:
            queue.grant_send(role)
        return role

    def _run_statements(self) -> list[Statement]:
        """Return the statements to run this task on this cluster ("Amazon ECS EventBridge IAM role")."""
        task, cluster, names = self._task, self._context.cluster, self._context.foundation.names
        return [
            allow(
                "RunTask",
                actions=["ecs:RunTask"],
                resources=[task.family_arn, f"{task.family_arn}:*"],
                condition={"ArnEquals": {"ecs:cluster": cluster.arn}},
            ),
            allow(
                "TagTask",
                actions=["ecs:TagResource"],
                resources=[f"arn:aws:ecs:{names.region}:{names.account_id}:task/{cluster.name}/*"],
                condition={"StringEquals": {"ecs:CreateAction": "RunTask"}},
            ),
            allow(
                "HandRolesOn",
                actions=["iam:PassRole"],
                resources=[task.execution_role.plain_arn, task.task_role.plain_arn],
                condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
        ]

    def _create_schedule(self, role: Role, queue_arn: str | None) -> None:
        settings = self._settings
        window = settings.flexible_minutes
        self._make(
            SchedulerSchedule,
            self._label,
            name=self.name,
            description=f"Runs {' '.join((*settings.entry_point, *settings.command))}"[:512],
            schedule_expression=settings.schedule_expression,
            schedule_expression_timezone=settings.time_zone,
            state="ENABLED" if settings.enabled and self._has_image else "DISABLED",
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(
                mode="FLEXIBLE" if window else "OFF", maximum_window_in_minutes=window or None
            ),
            target=SchedulerScheduleTarget(
                arn=self._context.cluster.arn,
                role_arn=role.arn,
                input=json.dumps({"containerOverrides": [self._override()]}) if settings.service else None,
                ecs_parameters=self._ecs_parameters(),
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_retry_attempts=settings.retry.maximum_attempts,
                    maximum_event_age_in_seconds=settings.retry.maximum_age_minutes * 60,
                ),
                dead_letter_config=SchedulerScheduleTargetDeadLetterConfig(arn=queue_arn) if queue_arn else None,
            ),
            depends_on=[*role.ready, *self._task.ready, self._task.definition],
        )

    def _override(self) -> dict[str, object]:
        """Return the overrides of the service's task definition.

        [ContainerOverride](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html).
        """
        settings = self._settings
        variables = [{"name": name, "value": value} for name, value in sorted(settings.environment.items())]
        return {
            "name": self._task.name,
            "command": list(settings.command),
            **({"environment": variables} if variables else {}),
        }

    def _ecs_parameters(self) -> SchedulerScheduleTargetEcsParameters:
        task = self._task
        return SchedulerScheduleTargetEcsParameters(
            # An ARN without a revision means the latest one, so the task follows the service's deployments.
            task_definition_arn=task.family_arn,
            task_count=self._settings.task_count,
            capacity_provider_strategy=[
                SchedulerScheduleTargetEcsParametersCapacityProviderStrategy(
                    capacity_provider=share.provider, base=share.base, weight=share.weight
                )
                for share in self._context.cluster.capacity_strategy(task.capacity)
            ],
            network_configuration=SchedulerScheduleTargetEcsParametersNetworkConfiguration(
                subnets=self._context.network.vpc.app.all_ids(),
                security_groups=[task.security_group_id],
                assign_public_ip=False,
            ),
            enable_ecs_managed_tags=True,
            propagate_tags="TASK_DEFINITION",
        )
