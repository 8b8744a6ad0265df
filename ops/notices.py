"""Messages of commands to the alarm topics."""

from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from modules.environment import Environment
from modules.observability.alarms.keys.alarm import Severity
from modules.observability.alarms.settings import alarm_topic_arn
from ops.steps import warn
from ops.target import Clients

#: [Publish, Subject](https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
SUBJECT_LIMIT = 100


def publish(clients: Clients, settings: Environment, severity: Severity, subject: str, lines: Iterable[str]) -> None:
    """Publish to the topic of a severity, if the environment has alarms.

    The subject begins with product and environment.

    A failure to publish is only a warning: what the message is about has happened.
    """
    if not settings.alarms:
        return
    names = settings.names
    subject = f"{names.product} {names.environment}: {subject}"
    try:
        clients("sns").publish(
            TopicArn=alarm_topic_arn(names, severity),
            Subject=subject[:SUBJECT_LIMIT],
            Message="\n".join((subject, *filter(None, lines))),
        )
    except (ClientError, BotoCoreError) as error:
        warn(f"not published to the alarm topic: {subject}: {error}")
