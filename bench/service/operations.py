"""Backups, alarms, and a dashboard."""

from __future__ import annotations

import json

from cdktf_cdktf_provider_aws.backup_plan import BackupPlan, BackupPlanRule
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from bench.service.databases import Databases
from bench.service.events import Events
from bench.service.roles import create_role
from bench.service.storage import Storage


class Operations(Construct):
    """Resources that monitor and back up the service."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service_name: str,
        key: KmsKey,
        logs: CloudwatchLogGroup,
        storage: Storage,
        databases: Databases,
        load_balancer: Lb,
        events: Events,
    ) -> None:
        super().__init__(scope, id)
        self.service_name = service_name
        self.key = key
        self.logs = logs
        self.storage = storage
        self.databases = databases
        self.load_balancer = load_balancer
        self.events = events
        self._create_backup()
        self._create_alarms()

    def _create_backup(self) -> None:
        vault = BackupVault(self, "vault", name=self.service_name, kms_key_arn=self.key.arn)
        plan = BackupPlan(
            self,
            "backup",
            name=self.service_name,
            rule=[BackupPlanRule(rule_name="daily", target_vault_name=vault.name, schedule="cron(0 17 * * ? *)")],
        )
        role = create_role(
            self, "backup_role", service=self.service_name, principal="backup.amazonaws.com", logs=self.logs
        )
        BackupSelection(
            self,
            "backup_selection",
            name=self.service_name,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=[self.databases.database.arn, self.storage.table.arn],
        )

    def _create_alarms(self) -> None:
        alarms = {
            "database_cpu": ("AWS/RDS", "CPUUtilization", {"DBClusterIdentifier": self.databases.database.id}),
            "balancer_errors": (
                "AWS/ApplicationELB",
                "HTTPCode_ELB_5XX_Count",
                {"LoadBalancer": self.load_balancer.arn_suffix},
            ),
            "queue_age": (
                "AWS/SQS",
                "ApproximateAgeOfOldestMessage",
                {"QueueName": self.events.queue.name},
            ),
        }
        for name, (namespace, metric, dimensions) in alarms.items():
            CloudwatchMetricAlarm(
                self,
                f"{name}_alarm",
                alarm_name=f"{self.service_name}-{name}",
                namespace=namespace,
                metric_name=metric,
                dimensions=dimensions,
                comparison_operator="GreaterThanThreshold",
                statistic="Average",
                threshold=80,
                period=60,
                evaluation_periods=5,
                alarm_actions=[self.events.topic.arn],
            )
        widget = {"type": "text", "properties": {"markdown": self.service_name}}
        CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=self.service_name,
            dashboard_body=json.dumps({"widgets": [widget]}),
        )
        SsmParameter(
            self,
            "parameter",
            name=f"/{self.service_name}/endpoint",
            type="String",
            value=self.databases.database.endpoint,
        )
