"""Rows of logs, trails, and alarms."""

from ops.guard.builders import UNKNOWN_ALLOWED, for_types, guards, lost, noted, weakens
from ops.guard.harms import changed, drops, off
from ops.guard.plan import Parent
from ops.guard.rows import Row

# fmt: off
# ruff: noqa: E501 - a row is a line
OBSERVABILITY: tuple[Row, ...] = (
    lost("aws_cloudwatch_log_group", "its logs", parent=Parent("name", ("aws_lambda_function",), prefix="/aws/lambda/")),
    guards("aws_cloudtrail", "activity in the account would no longer be logged"),
    weakens("aws_cloudtrail", "enable_logging", off, "would no longer log activity"),
    weakens("aws_cloudtrail", "is_multi_region_trail", off, "would no longer log other Regions"),
    weakens("aws_cloudtrail", "include_global_service_events", off, "would no longer log global services such as IAM"),
    weakens("aws_cloudtrail", "enable_log_file_validation", off, "could be changed unnoticed"),
    weakens("aws_cloudtrail", "event_selector", drops, "would log other events"),
    weakens("aws_cloudtrail", "advanced_event_selector", drops, "would log other events"),
    weakens("aws_cloudtrail", "kms_key_id", off, "would write log files that are readable without a key"),
    weakens("aws_cloudtrail", "s3_bucket_name", changed, "would send its logs elsewhere", **UNKNOWN_ALLOWED),
    *for_types("config_configuration_recorder config_configuration_recorder_status securityhub_account accessanalyzer_analyzer", guards, "changes in the account would no longer be analyzed"),
    weakens("aws_config_configuration_recorder_status", "is_enabled", off, "would no longer record changes"),
    guards("aws_securityhub_standards_subscription", "resources would no longer be checked against the standard"),
    guards("aws_config_delivery_channel", "changes in the account would no longer be recorded"),
    *for_types("cloudwatch_log_delivery cloudwatch_log_delivery_source cloudwatch_log_delivery_destination", guards, "requests would no longer be logged"),
    weakens("aws_cloudwatch_log_delivery", "record_fields", drops, "would log fewer fields"),
    noted(guards("aws_cloudwatch_log_subscription_filter", "the logs would no longer be forwarded")),
    weakens("aws_cloudwatch_metric_alarm", "actions_enabled", off, "would notify nobody"),
    # When a block gets a second alarm, a composite alarm notifies instead of the first one.
    noted(weakens("aws_cloudwatch_metric_alarm", "alarm_actions", off, "would notify nobody, unless a composite alarm names it", **UNKNOWN_ALLOWED)),
    weakens("aws_cloudwatch_composite_alarm", "actions_enabled", off, "would notify nobody"),
    weakens("aws_cloudwatch_composite_alarm", "alarm_actions", off, "would notify nobody", **UNKNOWN_ALLOWED),
    noted(guards("aws_cloudwatch_composite_alarm", "nobody would be notified")),
    noted(guards("aws_cloudwatch_event_target", "nobody would be notified of the events")),
    noted(guards("aws_cloudwatch_metric_alarm", "nobody would be notified")),
    noted(weakens("aws_cloudwatch_metric_alarm", "threshold", changed, "would notify at another value")),
    lost("aws_grafana_workspace", "the dashboards and users that people added to it"),
    weakens("aws_fis_experiment_template", "stop_condition", drops, "would no longer be stopped by this alarm", **UNKNOWN_ALLOWED),
    noted(guards("aws_route53_health_check", "the endpoint would no longer be checked")),
)
