"""Alarms and notifications, from their source to the function that forwards them."""

import json
from collections.abc import Mapping

from ops.push_credentials import put
from tests.local.applied import Applied
from tests.support.slack import fake_slack
from tests.support.waiting import awaited

ACCOUNT = {"type": "service_account", "project_id": "agora", "private_key": "key", "client_email": "push@agora"}
KEY = "-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----"
#: Seconds to wait: a function starts in its own process, while other tests run.
PATIENCE = 120


def test_alarm_reaches_slack(applied: Mapping[str, Applied]) -> None:
    dev = applied["dev"]
    cloudwatch = dev.client("cloudwatch")
    topic = f"arn:aws:sns:{dev.file.settings.region}:{dev.file.settings.account_id}:agora-dev-alarms-critical"
    with fake_slack() as slack:
        dev.client("secretsmanager").put_secret_value(SecretId="agora/dev/slack-webhook", SecretString=slack.url)
        slack.answers.append((503, "", {}))
        cloudwatch.put_metric_alarm(
            AlarmName="errors",
            AlarmDescription="Too many requests fail",
            Namespace="Agora",
            MetricName="Errors",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[topic],
        )
        cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="3 of 100")
        awaited(lambda: bool(slack.posted), PATIENCE)
        # Dev gets only critical alarms.
        dev.client("sns").publish(TopicArn=topic.replace("critical", "info"), Message="good to know")
        dev.client("sns").publish(TopicArn=topic, Message="in other words")
        awaited(lambda: len(slack.posted) > 1, PATIENCE)
    cloudwatch.delete_alarms(AlarmNames=["errors"])
    assert slack.texts == ["ALARM (critical) errors", "(critical) Event"]
    assert "Too many requests fail" in json.dumps(slack.posted[0])
    assert len(slack.paths) == 3, "Slack was busy once"


def test_notification_reaches_its_device(applied: Mapping[str, Applied]) -> None:
    dev = applied["dev"]
    secrets, sns, logs = (dev.client(service) for service in ("secretsmanager", "sns", "logs"))
    secrets.put_secret_value(SecretId="agora/dev/apns-key", SecretString=KEY)
    secrets.put_secret_value(SecretId="agora/dev/fcm-account", SecretString=json.dumps(ACCOUNT))
    applications = {each.platform: each.arn for each in put(dev.target, dev.file, "mobile")}
    phone = sns.create_platform_endpoint(PlatformApplicationArn=applications["GCM"], Token="phone")["EndpointArn"]

    (topic,) = [each["TopicArn"] for each in sns.list_topics()["Topics"] if each["TopicArn"].endswith("-push-mobile")]
    for message in (json.dumps({"endpoint": phone, "title": "A new answer"}), "no notification"):
        sns.publish(TopicArn=topic, Message=message)

    def states() -> list[str]:
        found = logs.filter_log_events(logGroupName="/agora/dev/function/push-mobile")["events"]
        lines = [json.loads(each["message"]) for each in found if each["message"].startswith("{")]
        return [line["message"] for line in lines if "push_id" in line]

    awaited(lambda: {"Sent", "Failed"} <= set(states()), PATIENCE)
    assert states().count("Sent") == 1
