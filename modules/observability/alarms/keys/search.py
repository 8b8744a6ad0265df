"""Alarms on OpenSearch domains, and on the delivery of logs to them.

The thresholds and durations are those of [Recommended CloudWatch alarms for Amazon OpenSearch Service]
(https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html), where it has
some. Nothing that users see depends on a domain, so only what may lose logs is critical.
"""

from typing import Annotated

from pydantic import Field

from modules.observability.alarms.keys.alarm import Alarm, BlockAlarms, Condition, Count, Percent


class SearchAlarms(BlockAlarms):
    """Alarms of `search` blocks."""

    red_shards: Annotated[
        Count,
        Alarm(
            severity="critical",
            of="domain",
            metrics={"red": "ClusterStatus.red Maximum"},
            breaches="above",
            datapoints=1,
        ),
    ] = Field(
        default=0,
        description="1 if a primary shard is on no node, for one minute: logs of at least one day are missing, and "
        "automated snapshots fail.",
    )
    yellow_shards: Annotated[
        Count,
        Alarm(
            severity="warning",
            of="domain",
            metrics={"yellow": "ClusterStatus.yellow Maximum"},
            breaches="above",
            datapoints=5,
            only_if=Condition(lambda watched: watched.settings.instance_count > 1, "there are two data nodes or more"),
        ),
    ] = Field(
        default=0,
        description="1 if a replica shard is on no node, for five minutes: if another node fails, logs are lost.",
    )
    writes_blocked: Annotated[
        Count,
        Alarm(
            severity="critical",
            of="domain",
            metrics={"blocked": "ClusterIndexWritesBlocked Maximum"},
            breaches="above",
            datapoints=1,
            period=300,
        ),
    ] = Field(
        default=0,
        description="1 if the domain rejects new logs, for five minutes, because storage or memory is used up.",
    )
    reachable_masters: Annotated[
        int,
        Field(ge=1, le=1),
        Alarm(
            severity="critical",
            of="domain",
            metrics={"reachable": "MasterReachableFromNode Minimum"},
            breaches="below",
            datapoints=5,
        ),
    ] = Field(default=1, description="Less than 1 if nodes do not reach the elected master, for five minutes.")
    key_disabled: Annotated[
        Count,
        Alarm(
            severity="critical",
            of="domain",
            metrics={"error": "KMSKeyError Maximum"},
            breaches="above",
            datapoints=1,
        ),
    ] = Field(default=0, description="1 if the KMS key of the domain is disabled, for one minute: it stops.")
    key_inaccessible: Annotated[
        Count,
        Alarm(
            severity="critical",
            of="domain",
            metrics={"inaccessible": "KMSKeyInaccessible Maximum"},
            breaches="above",
            datapoints=1,
        ),
    ] = Field(
        default=0,
        description="1 if the KMS key of the domain is deleted, or its grants are revoked, for one minute: the domain "
        "cannot be recovered.",
    )
    free_storage_percent: Annotated[
        int,
        Field(ge=1, le=99),
        Alarm(
            severity="warning",
            of="domain",
            metrics={"free": "FreeStorageSpace Minimum"},
            expression="100 * free / {volume_mib}",
            breaches="below",
            datapoints=5,
            lasts=True,
            missing="ignore",
            numbers=lambda watched: {"volume_mib": watched.settings.volume_size * 1024},
        ),
    ] = Field(
        default=25,
        description="Percent of volume_size that is free on the fullest node, for five minutes. Part of a volume is "
        "reserved; without any space, the domain rejects logs.",
    )
    jvm_memory_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="domain",
            metrics={"memory": "JVMMemoryPressure Maximum"},
            breaches="above",
            datapoints=3,
        ),
    ] = Field(
        default=95,
        description="Percent of the Java heap in use on a node, for three minutes; it may soon run out of memory.",
    )
    cpu_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="domain",
            metrics={"cpu": "CPUUtilization Maximum"},
            breaches="above",
            datapoints=3,
            period=900,
        ),
    ] = Field(default=80, description="CPU utilization of the busiest node, for 45 minutes.")
    delivery_age_seconds: Annotated[
        int,
        Field(ge=60),
        Alarm(
            severity="warning",
            of="delivery",
            metrics={"age": "DeliveryToAmazonOpenSearchService.DataFreshness Maximum"},
            breaches="above",
            datapoints=1,
            period=300,
        ),
    ] = Field(
        default=3600,
        description="Age in seconds of the oldest log that Firehose has not delivered. After two hours, it goes to the "
        "log bucket instead; a new cluster accepts logs after at most one hour.",
    )
    failed_deliveries: Annotated[
        Count,
        Alarm(
            severity="warning",
            of="delivery",
            metrics={"stored": "DeliveryToS3.Success Sum"},
            breaches="above",
            datapoints=1,
            period=300,
        ),
    ] = Field(
        default=0,
        description="Objects with logs that the domain did not accept, written to the log bucket in five minutes.",
    )
