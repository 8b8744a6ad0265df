"""Alarms for tests of the embedded AWS: a topic whose messages can be read, and metric data in given periods."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

Client = Callable[..., Any]

#: The start of a period of 60 seconds, ten minutes ago: all data of the tests is after it.
START = int(time.time()) // 60 * 60 - 600


class Inbox:
    """A topic, and a queue that receives its messages."""

    def __init__(self, client: Client, name: str, **keys: str) -> None:
        self._queues = client("sqs", **keys)
        topics = client("sns", **keys)
        self.topic = topics.create_topic(Name=name)["TopicArn"]
        self._url = self._queues.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._queues.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        topics.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"])

    def read(self) -> list[Any]:
        """Return the new messages, which are in JSON."""
        return [json.loads(each) for each in self.read_text()]

    def read_text(self) -> list[str]:
        """Return the text of the new messages."""
        found = []
        while messages := self._queues.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for each in messages:
                found.append(json.loads(each["Body"])["Message"])
                self._queues.delete_message(QueueUrl=self._url, ReceiptHandle=each["ReceiptHandle"])
        return found


def put(cloudwatch: Any, metric: str, *values: float | None, first: int = 0, **datum: Any) -> None:
    """Send one value for each period of 60 seconds; None sends nothing for its period."""
    for position, value in enumerate(values, first):
        if value is not None:
            send(cloudwatch, metric, Value=value, Timestamp=START + position * 60, **datum)


def send(cloudwatch: Any, metric: str, **datum: Any) -> None:
    """Send one datum."""
    cloudwatch.put_metric_data(Namespace="AWS/Test", MetricData=[{"MetricName": metric, "Timestamp": START, **datum}])


def put_alarm(cloudwatch: Any, name: str, **settings: Any) -> None:
    """Create an alarm on the metric of the same name, for more than 5 in one period."""
    single = {"MetricName": name, "Namespace": "AWS/Test", "Statistic": "Sum", "Period": 60}
    common = {"EvaluationPeriods": 1, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold"}
    given = common | settings if "Metrics" in settings else single | common | settings
    cloudwatch.put_metric_alarm(AlarmName=name, **{key: value for key, value in given.items() if value is not None})


def query(name: str, metric: str, returned: bool = False, **stat: Any) -> dict[str, Any]:
    """Return the query of a metric."""
    named = {"Namespace": "AWS/Test", "MetricName": metric, "Dimensions": []}
    return {"Id": name, "MetricStat": {"Metric": named, "Period": 60, "Stat": "Sum"} | stat, "ReturnData": returned}


def states(cloudwatch: Any, *names: str) -> Sequence[str]:
    """Return the states of metric alarms and composite alarms."""
    found = cloudwatch.describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    by_name = {each["AlarmName"]: each["StateValue"] for each in found["MetricAlarms"] + found["CompositeAlarms"]}
    return [by_name[each] for each in names]
