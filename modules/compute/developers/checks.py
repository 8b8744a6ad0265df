"""Checks of the `developers` block against the blocks that it names, and against the network."""

from collections.abc import Iterator

from modules.compute.blocks import ComputeBlocks
from modules.compute.developers.keys.names import DEVELOPERS
from modules.compute.developers.settings import DevelopersSettings
from modules.compute.keys.images import is_public
from modules.foundation.checks import unknown_names
from modules.foundation.problems import Finding
from modules.network.vpc.checks import needs_subnets, unreachable
from modules.network.vpc.settings import NetworkSettings

_AT = ("developers",)


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield unknown names, services without a port, tasks that cannot start, and names that are taken."""
    settings = blocks.developers
    if settings is None:
        return
    yield from unknown_names((*_AT, "databases"), "database", settings.databases, blocks.database)
    yield from unknown_names((*_AT, "caches"), "cache", settings.caches, blocks.cache)
    yield from unknown_names((*_AT, "services"), "service", settings.services, blocks.service)
    yield from unknown_names((*_AT, "clusters"), "eks", settings.clusters, blocks.eks)
    yield from _service_findings(settings, blocks)
    yield from _administrators(settings, blocks)
    if blocks.network is None:
        yield needs_subnets(_AT, "app")
    else:
        yield from _network_findings(settings, blocks.network)
    for kind, labels in (("ecs", blocks.ecs), ("service", blocks.service)):
        if DEVELOPERS in labels:
            rule = "has the name of what the `developers` block creates"
            yield Finding((kind, DEVELOPERS), None, rule, "write another label")


def _service_findings(settings: DevelopersSettings, blocks: ComputeBlocks) -> Iterator[Finding]:
    for name in settings.services:
        service = blocks.service.get(name)
        if service and service.port is None:
            yield Finding((*_AT, "services"), name, "has no port", f"write service.{name}.port = 8080")


def _administrators(settings: DevelopersSettings, blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield databases in which developers would have no user of their own."""
    for label, rights in settings.databases.items():
        database = blocks.database.get(label)
        # Other rights need a user of their own for every program.
        if database and database.login == "master" and rights == ("read_write",):
            rule = f'has login = "master" in database.{label}, and developers do not log in as the administrator'
            yield Finding((*_AT, "databases", label), None, rule, f'write login = "iam" in database.{label}')


def _network_findings(settings: DevelopersSettings, network: NetworkSettings) -> Iterator[Finding]:
    yield from unreachable(_AT, settings.needed_services, network)
    if is_public(settings.image) and network.nat == "none":
        # "Amazon ECR interface VPC endpoints": they do not support public repositories.
        rule = "is in the ECR Public Gallery, which has no VPC endpoint, and there is no NAT gateway"
        remedy = "copy the image into a `repository`, or write network.nat"
        yield Finding((*_AT, "image"), settings.image, rule, remedy)
