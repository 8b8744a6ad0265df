"""Posts alarms to Slack: one message each, with what happened, where, since when, and links to more information.

Subscribed to the alarm topics, whose names end in their severity, or a target of EventBridge. Reads CloudWatch alarms,
metric, metric math, or composite, budgets, and EventBridge events: the table in events.py lists those with a notice of
their own; all others (such as those of EKS) get a general one. An event of an unknown format is posted as received,
since an unformatted alarm is better than none.

If the last line of an alarm's description is `Runbook: https://...`, the message links to it.

If Slack does not accept a message within the function's timeout, the function fails: Lambda retries the event twice,
after one and two minutes, then sends it to the queue for failed events with Slack's response as the reason.

Environment variables:
- SECRET_SLACK_WEBHOOK_ARN: ARN or name of the secret whose value is the webhook URL. Required. The value is cached for
  five minutes, and read again immediately if Slack no longer accepts the URL.
- SEVERITIES: severities that are posted, "critical,warning,info". Messages of other topics are always posted.
- STATES: alarm states that are posted, "ALARM,OK". OK is posted only after ALARM: a new alarm starts with
  INSUFFICIENT_DATA, and changes to OK although nothing happened.
- DASHBOARD: the name of a dashboard to link to.
- RUNBOOKS: URL of the page with the runbooks. Messages about EventBridge events link to the section of their detail
  type, such as #ecs-deployment-state-change; those about API calls to that of the call, such as #schedulekeydeletion.

Permissions: secretsmanager:GetSecretValue on the secret, and kms:Decrypt on its key.
"""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.typing import LambdaContext

from . import slack
from .formats import notice_of
from .messages import payload
from .notices import Notice, messages
from .seen import Seen
from .settings import Settings

_WEBHOOK_SECONDS = 300

logger = Logger(service="slack_alarm")
settings = Settings.read(os.environ)
secrets = SecretsProvider()
seen = Seen()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Process an event from SNS or EventBridge. Raises SlackError."""
    for message in messages(event):
        notice = notice_of(message, settings.dashboard, settings.runbooks)
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
    """Return the webhook URL. Raises SlackError if the secret contains something else."""
    value = secrets.get(settings.webhook_secret, max_age=_WEBHOOK_SECONDS, force_fetch=fresh)
    return slack.checked(value if isinstance(value, str) else "")
