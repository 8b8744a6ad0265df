"""The network module of one environment."""

from collections.abc import Sequence
from functools import cached_property

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.blocks import NetworkBlocks
from modules.network.keys.domains import is_under
from modules.network.private_zone import PrivateZone
from modules.network.vpc.endpoints import Endpoints
from modules.network.vpc.interconnect import DirectConnect
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.vpc import Network
from modules.network.zone.query_logs import QueryLogs
from modules.network.zone.records import ZoneRecords
from modules.network.zone.zones import PublicZone


class NetworkModule(Construct):
    """The VPC with its endpoints and private names, and the public zones, as far as the environment has them."""

    def __init__(self, scope: Construct, id: str, *, blocks: NetworkBlocks, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self._vpc: Network | None = None
        self._endpoints: Endpoints | None = None
        if blocks.network:
            self._build_vpc(blocks.network)
        self.zones = self._build_zones(blocks)
        self._create_zone_outputs()

    @property
    def vpc(self) -> Network:
        """The VPC. The checks have already rejected blocks that need one in an environment without a network."""
        assert self._vpc is not None, "there is no network block"
        return self._vpc

    @cached_property
    def private_zone(self) -> PrivateZone:
        """The private zone of the VPC, created when a module first uses it."""
        return PrivateZone(self, "private-zone", network=self.vpc, foundation=self._foundation)

    def zone_of(self, name: str) -> PublicZone:
        """Return the zone that contains the domain name, the one with the longest name if there are several.

        Raises ValueError if no zone contains it; the checks reject that before.
        """
        containing = [zone for zone in self.zones.values() if is_under(name.removeprefix("*."), zone.name)]
        if not containing:
            raise ValueError(f"{name} is in none of the zones {sorted(zone.name for zone in self.zones.values())}")
        return max(containing, key=lambda zone: len(zone.name))

    @property
    def s3_prefix_list_id(self) -> str:
        """The prefix list of S3 in the Region, for egress rules to S3 through the gateway endpoint."""
        assert self._endpoints is not None, "there is no network block"
        return self._endpoints.s3_prefix_list_id

    def allow_bucket(self, bucket_arn: str) -> None:
        """Allow access to a bucket through the S3 endpoint, if there is a VPC."""
        if self._endpoints:
            self._endpoints.allow_bucket(bucket_arn)

    def allow_downloads(self, sid: str, buckets: Sequence[str]) -> None:
        """Allow objects in other owners' buckets to be read through the S3 endpoint, if there is a VPC."""
        if self._endpoints:
            self._endpoints.allow_downloads(sid, buckets)

    def _build_vpc(self, settings: NetworkSettings) -> None:
        self._vpc = Network(self, "network", settings=settings, foundation=self._foundation)
        self._endpoints = Endpoints(self, "endpoints", network=self._vpc, foundation=self._foundation)
        if settings.direct_connect:
            DirectConnect(
                self,
                "direct-connect",
                settings=settings.direct_connect,
                network=self._vpc,
                foundation=self._foundation,
            )
        self._create_outputs(self._vpc)

    def _build_zones(self, blocks: NetworkBlocks) -> dict[str, PublicZone]:
        zones = {
            label: PublicZone(self, f"zone-{label}", label=label, settings=settings, foundation=self._foundation)
            for label, settings in blocks.zone.items()
        }
        for label, settings in blocks.zone.items():
            ZoneRecords(
                self,
                f"zone-{label}-records",
                label=label,
                zone=zones[label],
                settings=settings,
                foundation=self._foundation,
            )
        logged = {label: zones[label] for label, settings in blocks.zone.items() if settings.query_logs}
        if logged:
            QueryLogs(self, "query-logs", zones=logged, foundation=self._foundation)
        return zones

    def _create_zone_outputs(self) -> None:
        if self.zones:
            TerraformOutput(
                TerraformStack.of(self),
                "zones",
                value={
                    label: {"name": zone.name, "name_servers": zone.name_servers} for label, zone in self.zones.items()
                },
                description="Public zones; the parent zone, or the registrar, delegates to these name servers.",
            )

    def _create_outputs(self, network: Network) -> None:
        stack = TerraformStack.of(self)
        tiers = {"public": network.public, "app": network.app, "data": network.data, "endpoint": network.endpoint}
        TerraformOutput(stack, "vpc_id", value=network.vpc_id, description="The VPC.")
        TerraformOutput(
            stack,
            "subnet_ids",
            value={tier: dict(subnets.ids) for tier, subnets in tiers.items() if subnets},
            description="Subnets by tier and zone.",
        )
        TerraformOutput(
            stack,
            "nat_addresses",
            value=network.routing.nat_addresses,
            description="Addresses from which the app tier reaches the internet, by zone, for allow lists of others.",
        )
