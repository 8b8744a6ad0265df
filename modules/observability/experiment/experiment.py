"""Chaos experiments: templates of AWS FIS, which run only when somebody starts one."""

from collections.abc import Iterator, Mapping

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.fis_experiment_template import (
    FisExperimentTemplate,
    FisExperimentTemplateAction,
    FisExperimentTemplateActionParameter,
    FisExperimentTemplateActionTarget,
    FisExperimentTemplateExperimentOptions,
    FisExperimentTemplateLogConfiguration,
    FisExperimentTemplateLogConfigurationCloudwatchLogsConfiguration,
    FisExperimentTemplateStopCondition,
    FisExperimentTemplateTarget,
)
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.logs import delivery_policy
from modules.foundation.policies import Statement, allow, assumed_by
from modules.foundation.roles import Role
from modules.observability.alarms.alarms import Alarms, Sources
from modules.observability.alarms.metric_alarms import metric_arguments
from modules.observability.blocks import ObservabilityBlocks
from modules.observability.experiment.keys.faults import WAIT
from modules.observability.experiment.keys.steady_state import stop_alarm_purpose, stop_alarms
from modules.observability.experiment.settings import ExperimentSettings, template_purpose
from modules.observability.experiment.targets import Context, Target, target_of

#: The names of the template's target and actions.
TARGET, FAULT, WATCH = "target", "fault", "watch"
#: [Experiment logging for AWS FIS](https://docs.aws.amazon.com/fis/latest/userguide/monitoring-logging.html): the
#: current version of the schema.
LOG_SCHEMA = 2


class Experiments(Construct):
    """The `experiment` blocks of an environment.

    Creates: the log group of all experiments, with the resource policy for log delivery; for each experiment an alarm
    for each threshold of its steady state, a role, and the template.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: ObservabilityBlocks,
        alarms: Alarms,
        sources: Sources,
        context: Context,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._blocks = blocks
        self._alarms = alarms
        self._sources = sources
        self._context = context
        self._names = foundation.names
        self._make = foundation.resources(self, "experiment")
        self._log_group = foundation.log_group("experiments")
        # Otherwise FIS would need permission to create one itself, outside of Terraform.
        self._delivery = self._make(
            CloudwatchLogResourcePolicy,
            "logs",
            policy_name=self._names.of("experiments"),
            policy_document=delivery_policy(self._log_group, self._names, self._names.region),
        )
        templates = {label: self._create(label, settings).id for label, settings in blocks.experiment.items()}
        self._create_output(templates)

    def _create(self, label: str, settings: ExperimentSettings) -> FisExperimentTemplate:
        target = target_of(settings, self._context)
        role = self._create_role(label, target)
        return self._make(
            FisExperimentTemplate,
            label,
            description=settings.hypothesis,
            role_arn=role.arn,
            target=[
                FisExperimentTemplateTarget(
                    name=TARGET,
                    resource_type=target.fault.resource_type,
                    selection_mode=target.selection_mode,
                    **target.chosen_by,
                )
            ],
            action=list(_actions(settings, target)),
            stop_condition=[
                FisExperimentTemplateStopCondition(source="aws:cloudwatch:alarm", value=arn)
                for arn in self._create_stop_alarms(label, settings)
            ],
            experiment_options=FisExperimentTemplateExperimentOptions(
                account_targeting="single-account", empty_target_resolution_mode="fail"
            ),
            log_configuration=FisExperimentTemplateLogConfiguration(
                log_schema_version=LOG_SCHEMA,
                cloudwatch_logs_configuration=FisExperimentTemplateLogConfigurationCloudwatchLogsConfiguration(
                    log_group_arn=f"{self._log_group.arn}:*"
                ),
            ),
            tags={"Name": self._names.of(template_purpose(label))},
            depends_on=[*role.ready, self._log_group.ready, self._delivery],
        )

    def _create_stop_alarms(self, label: str, settings: ExperimentSettings) -> Iterator[str]:
        """Create the alarms, and yield their ARNs."""
        assert settings.steady_state is not None, "checked by the settings"
        alarms = self._alarms.in_region(None)
        for planned in stop_alarms(settings.steady_state, self._blocks):
            sources = self._sources[planned.watched.at][planned.alarm.of]
            yield alarms.alarm(
                stop_alarm_purpose(label, planned),
                f"Stops the experiment {label}: {planned.key} of {planned.watched.kind} {planned.watched.label} is "
                f"{planned.alarm.breaches} {planned.threshold:g} in one minute.",
                anchor=planned.anchor,
                arguments=metric_arguments(
                    planned.alarm, planned.key.replace("_", " "), planned.expression, planned.threshold, sources
                ),
            ).arn

    def _create_role(self, label: str, target: Target) -> Role:
        names = self._names
        return Role(
            self._make,
            label,
            names=names,
            name=template_purpose(label),
            description=f"What AWS FIS may do in the experiment {label}",
            # [IAM roles for AWS FIS experiments, Trust policy]
            # (https://docs.aws.amazon.com/fis/latest/userguide/getting-started-iam-service-role.html).
            trust_policy=assumed_by(
                "fis.amazonaws.com",
                names.account_id,
                source_arn=f"arn:aws:fis:{names.region}:{names.account_id}:experiment/*",
            ),
            statements=[*target.statements(), _log()],
        )

    def _create_output(self, templates: Mapping[str, str]) -> None:
        TerraformOutput(
            TerraformStack.of(self), "experiments", value=templates, description="IDs of experiment templates by name."
        )


def _actions(settings: ExperimentSettings, target: Target) -> Iterator[FisExperimentTemplateAction]:
    """Yield the fault, and after a fault that happens once, a wait in which the stop conditions are still watched."""
    fault, duration = target.fault, {"duration": f"PT{settings.duration_minutes}M"}
    parameters = {**target.parameters, **(duration if fault.lasts else {})}
    yield FisExperimentTemplateAction(
        name=FAULT,
        action_id=fault.action,
        target=FisExperimentTemplateActionTarget(key=fault.target, value=TARGET),
        parameter=_parameters(parameters),
    )
    if not fault.lasts:
        yield FisExperimentTemplateAction(
            name=WATCH, action_id=WAIT, start_after=[FAULT], parameter=_parameters(duration)
        )


def _parameters(values: Mapping[str, str]) -> list[FisExperimentTemplateActionParameter] | None:
    return [FisExperimentTemplateActionParameter(key=key, value=value) for key, value in values.items()] or None


def _log() -> Statement:
    """Return the permission to send the log of an experiment to a log group that allows the delivery.

    [CloudWatch Logs User Guide, Logs sent to CloudWatch Logs, User permissions]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html): without
    logs:PutResourcePolicy, since the resource policy exists.
    """
    return allow(
        "Log",
        actions=["logs:CreateLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies"],
        resources=["*"],
    )
