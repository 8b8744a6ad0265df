"""Posts alarms to Slack: one message each, that says what, where, since when, and where to look.

Behind the alarm topics, whose names end in their severity, or a target of EventBridge. Reads alarms of CloudWatch, of
one metric or composite, budgets, deployments of ECS and every other event of EventBridge (EKS among them); what it
does not know is posted as it came, since an alarm that nobody can read is better than none.

What Slack does not take within the function's time raises: Lambda tries the event twice more, after one and two
minutes, then puts it into the dead-letter queue with Slack's answer as reason.

Environment variables:
- SECRET_SLACK_WEBHOOK_ARN: the ARN or name of the secret whose value is the webhook's address. Required. Its value is
  kept for five minutes, and read anew at once when Slack does not know the address any more.
- SEVERITIES: which are posted, "critical,warning,info". What comes by another topic always is.
- STATES: which states of an alarm are posted, "ALARM,OK". OK is posted only after ALARM: a new alarm starts with
  INSUFFICIENT_DATA, and becomes OK without anything having happened.
- DASHBOARD: the name of a dashboard to link to.

Rights: secretsmanager:GetSecretValue of the one secret, and kms:Decrypt of its key.
"""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.typing import LambdaContext

from . import slack
from .messages import payload
from .notices import Notice, messages, notice_of
from .seen import Seen
from .settings import Settings

_WEBHOOK_SECONDS = 300

logger = Logger(service="slack_alarm")
settings = Settings.read(os.environ)
secrets = SecretsProvider()
seen = Seen()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Take an event of SNS or EventBridge. Raises SlackError."""
    for message in messages(event):
        notice = notice_of(message, settings.dashboard)
        logger.append_keys(title=notice.title, state=notice.state, severity=notice.severity, message_id=message.id)
        if not _is_wanted(notice):
            logger.info("filtered")
        elif notice.id in seen:
            logger.info("posted before")
        else:
            slack.post(_webhook, payload(notice), lambda: context.get_remaining_time_in_millis() / 1000)
            seen.add(notice.id)
            logger.info("posted")


def _is_wanted(notice: Notice) -> bool:
    if notice.severity and notice.severity not in settings.severities:
        return False
    if notice.state == "OK" and notice.state_before != "ALARM":
        return False
    return not notice.state or notice.state in settings.states


def _webhook(fresh: bool) -> str:
    """Return the webhook's address. Raises SlackError when the secret holds something else."""
    value = secrets.get(settings.webhook_secret, max_age=_WEBHOOK_SECONDS, force_fetch=fresh)
    return slack.checked(value if isinstance(value, str) else "")
