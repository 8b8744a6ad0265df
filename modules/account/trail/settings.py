"""Settings of the `trail` block."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.foundation.settings import Settings, each_once

#: What can be recorded besides management events, each with its type in advanced event selectors ([AWS CloudTrail User
#: Guide, Logging data events]
#: (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html)).
DataEvents = Literal["objects", "functions"]


class TrailSettings(Settings):
    """The `trail` block: a CloudTrail trail of all Regions, with encrypted log files and digest files to verify them.

    EventBridge gets API calls and sign-ins only if a trail records them. The first copy of management events is free
    ([AWS CloudTrail pricing](https://aws.amazon.com/cloudtrail/pricing/)); the KMS key and the storage in S3 are
    charged. A second trail of the account, for example the organization's, is charged for each event.
    """

    data_events: Annotated[tuple[DataEvents, ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[["objects"]],
        description="Which data events are recorded too: `objects`, each access to an object of a bucket except those "
        "of the log bucket, or `functions`, each invocation. By default none: they cost 0.10 USD per 100,000.",
    )
    log_group: bool = Field(
        default=False,
        description="Whether CloudWatch Logs gets the events too, in the log group `trail`, where Logs Insights can "
        "search them. By default no: CloudWatch Logs charges for every GB, and the last 90 days can be searched free "
        "of charge in the event history.",
    )
