"""The `search` blocks: OpenSearch domains that hold logs of the last days."""

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.data.search.keys.instances import BURSTABLE, SMALLEST_VOLUME_GIB, InstanceType, largest_volume_gib
from modules.foundation.lists import named_twice
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import NotAllowed, RoleArn, TieredSettings, tiered

#: Versions that AWS names in [Amazon OpenSearch Service Developer Guide, Features by engine version]
#: (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/features-by-version.html). The index template
#: uses the field type `flat_object`, which OpenSearch has from 2.7.
EngineVersion = Literal["OpenSearch_2.17", "OpenSearch_3.1", "OpenSearch_3.3"]
#: [Amazon OpenSearch Service quotas, Domain and instance quotas]
#: (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html): data nodes in a domain, and data
#: nodes with which burstable dedicated masters are allowed.
NODES_LIMIT = 80
BURSTABLE_MASTERS_LIMIT = 10
#: [ClusterConfig, DedicatedMasterCount]
#: (https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ClusterConfig.html): more than 2 and not 4;
#: the quotas allow 5.
MasterCount = Literal[0, 3, 5]

#: The function that maps the roles has them in its environment, whose size Lambda limits to 4 KB ([Lambda quotas]
#: (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
ROLES_LIMIT = 15

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _start(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise broken_rule("is not a time of the day", 'write hours and minutes in UTC, such as "17:00"')
    return value


class SearchSettings(TieredSettings):
    """A `search` block: an OpenSearch domain in the data subnets, to which other blocks send their logs."""

    key_groups: ClassVar = {
        "engine_version": "Cluster",
        "retention_days": "Logs",
        "readers": "Access",
    }

    engine_version: EngineVersion = Field(
        default="OpenSearch_3.3",
        description="Engine version. The default is fixed, so that no upgrade is unintended; a domain can be upgraded, "
        "but not downgraded.",
    )
    instance_type: Annotated[
        InstanceType, NotAllowed(BURSTABLE, "a node that has used up its CPU credits no longer indexes all logs")
    ] = tiered(
        development="t3.small.search",
        staging="t3.medium.search",
        production="m6g.large.search",
        description="Instance type of the data nodes.",
    )
    instance_count: Annotated[int, NotAllowed((1,), "a failure of the node would lose all logs", "write 2 or more")] = (
        tiered(
            development=1,
            staging=1,
            production=2,
            ge=1,
            le=NODES_LIMIT,
            description="Number of data nodes, a multiple of availability_zone_count. With two or more, every log "
            "is stored twice.",
        )
    )
    availability_zone_count: Annotated[
        Literal[1, 2, 3], NotAllowed((1,), "a failure of the Availability Zone would stop it", "write 2 or 3")
    ] = tiered(
        development=1,
        staging=1,
        production=2,
        description="Number of Availability Zones with data nodes, in the order of the network's.",
    )
    dedicated_master_count: Annotated[
        MasterCount, NotAllowed((0,), "two data nodes cannot elect a master when one fails", "write 3")
    ] = tiered(
        development=0,
        staging=0,
        production=3,
        description="Number of dedicated master nodes, 0, 3, or 5; AWS distributes them over three Availability Zones.",
    )
    dedicated_master_type: InstanceType = Field(
        # [Dedicated master nodes in Amazon OpenSearch Service, Choosing instance types for dedicated master nodes]
        # (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html).
        default="m6g.large.search",
        description="Instance type of the dedicated masters. The default is what AWS recommends for up to 10 data "
        "nodes; up to 30, that is c6g.2xlarge.search.",
    )
    volume_size: int = tiered(
        development=10,
        staging=20,
        production=100,
        ge=SMALLEST_VOLUME_GIB,
        description="GiB of the gp3 volume of each data node. It has to hold retention_days of logs, twice with two or "
        "more data nodes, with a quarter free.",
    )
    off_peak_window_start: Annotated[str, AfterValidator(_start)] = Field(
        default="17:00",
        description="Start, in UTC, of the ten hours in which AWS updates the service software and applies Auto-Tune.",
    )
    retention_days: int = tiered(
        development=7,
        staging=14,
        production=30,
        ge=1,
        le=365,
        description="Days after which the index of a day is deleted. Log groups keep the logs longer, for less money.",
    )
    buffering_interval_seconds: int = Field(
        default=60, ge=0, le=900, description="Seconds for which Firehose collects logs before it delivers them."
    )
    readers: tuple[RoleArn, ...] = Field(
        default=(),
        max_length=ROLES_LIMIT,
        examples=[["arn:aws:iam::111111111111:role/developers"]],
        description="IAM roles that may search the logs, also in OpenSearch Dashboards. Their policies must allow "
        "es:ESHttp* on the domain too.",
    )
    administrators: tuple[RoleArn, ...] = Field(
        default=(),
        max_length=ROLES_LIMIT,
        description="IAM roles with all permissions in the cluster, except to its roles and their mappings, which this "
        "block sets. Their policies must allow es:ESHttp* on the domain too.",
    )
    corporate: bool = Field(
        default=False, description="Whether the corporate ranges of network.direct_connect can connect."
    )

    @model_validator(mode="after")
    def _rules(self) -> "SearchSettings":
        raise_findings([*self._node_findings(), *self._master_findings(), *self._volume_findings()])
        raise_findings([*named_twice(self, "readers", "administrators"), *self._role_findings()])
        return self

    @property
    def replicas(self) -> int:
        """The number of copies of each shard; with a single node, a copy could not be allocated."""
        return 0 if self.instance_count == 1 else 1

    def _node_findings(self) -> Iterator[Finding]:
        """Yield counts that AWS does not accept, or that leave zones with unequal shares of the shards.

        [Configuring a multi-AZ domain in Amazon OpenSearch Service]
        (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html).
        """
        zones = self.availability_zone_count
        if self.instance_count % zones:
            nodes = zones * (self.instance_count // zones + 1)
            rule = f"is not a multiple of availability_zone_count = {zones}, so one zone would have more nodes"
            yield Finding(("instance_count",), self.instance_count, rule, f"write {nodes}")

    def _master_findings(self) -> Iterator[Finding]:
        if self.dedicated_master_count == 0:
            if "dedicated_master_type" in self.model_fields_set:
                rule = "has no effect: there are no dedicated masters"
                yield Finding(("dedicated_master_type",), self.dedicated_master_type, rule, "remove it")
        elif self.dedicated_master_type in BURSTABLE and self.instance_count > BURSTABLE_MASTERS_LIMIT:
            rule = f"is not allowed for dedicated masters with more than {BURSTABLE_MASTERS_LIMIT} data nodes"
            yield Finding(("dedicated_master_type",), self.dedicated_master_type, rule, 'write "m6g.large.search"')

    def _volume_findings(self) -> Iterator[Finding]:
        largest = largest_volume_gib(self.instance_type)
        if self.volume_size > largest:
            rule = f"is larger than the largest volume of {self.instance_type}, {largest} GiB"
            yield Finding(("volume_size",), self.volume_size, rule, f"write {largest} or less, or a larger type")

    def _role_findings(self) -> Iterator[Finding]:
        for role in sorted(set(self.readers) & set(self.administrators)):
            yield Finding(("readers",), role, "is also in administrators, who may read", "remove it here")
