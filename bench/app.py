"""The benchmark's own app: any number of resources, of about seventy types, with references between them.

It replaces `main.py` for sizes that no environment has: `BENCH_RESOURCES=1000`. The resources are grouped in
identical services, so that a thousand have the same types as three hundred. Names and settings are fictional, but
Terraform validates them, and they refer to each other as those of a real stack do.
"""

from __future__ import annotations

import os

import modules  # noqa: F401 - makes the bindings lazy, unless stock ones are requested

# isort: split

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from bench.service.containers import Containers
from bench.service.databases import Databases
from bench.service.edge import Edge
from bench.service.events import Events
from bench.service.instances import Instances
from bench.service.network import REGION, Network
from bench.service.operations import Operations
from bench.service.storage import Storage

# Resources that one Service creates.
RESOURCES_PER_SERVICE = 108


class Service(Construct):
    """A service with its network, data, functions, edge, and alarms."""

    def __init__(self, scope: Construct, id: str, *, number: int) -> None:
        super().__init__(scope, id)
        name = f"service{number:03d}"
        key = KmsKey(self, "key", description=name, enable_key_rotation=True)
        KmsAlias(self, "key_alias", name=f"alias/{name}", target_key_id=key.key_id)
        logs = _create_logs(self, name, key)
        network = Network(self, "network", service_name=name, cidr_prefix=f"10.{number % 256}", logs=logs)
        storage = Storage(self, "storage", service_name=name, key=key, network=network)
        databases = Databases(self, "databases", service_name=name, key=key, network=network)
        containers = Containers(self, "containers", service_name=name, logs=logs, network=network)
        Instances(self, "instances", service_name=name, logs=logs, network=network, bucket=storage.bucket)
        events = Events(self, "events", service_name=name, key=key, logs=logs, storage=storage)
        Edge(self, "edge", service_name=name, load_balancer=containers.load_balancer)
        Operations(
            self,
            "operations",
            service_name=name,
            key=key,
            logs=logs,
            storage=storage,
            databases=databases,
            load_balancer=containers.load_balancer,
            events=events,
        )


def _create_logs(scope: Construct, name: str, key: KmsKey) -> CloudwatchLogGroup:
    logs = CloudwatchLogGroup(scope, "logs", name=f"/{name}", retention_in_days=30, kms_key_id=key.arn)
    CloudwatchLogMetricFilter(
        scope,
        "errors",
        name=f"{name}-errors",
        pattern="ERROR",
        log_group_name=logs.name,
        metric_transformation=CloudwatchLogMetricFilterMetricTransformation(name="Errors", namespace=name, value="1"),
    )
    return logs


class BenchStack(TerraformStack):
    """A stack of `services` services with one provider."""

    def __init__(self, scope: Construct, id: str, *, services: int) -> None:
        super().__init__(scope, id)
        AwsProvider(
            self,
            "aws",
            region=REGION,
            default_tags=[AwsProviderDefaultTags(tags={"Product": "bench"})],
        )
        for number in range(services):
            Service(self, f"service{number:03d}", number=number)


def main() -> None:
    """Synthesize BENCH_RESOURCES resources (default: 300), rounded to whole services."""
    resources = int(os.environ.get("BENCH_RESOURCES", "300"))
    app = App()
    BenchStack(app, "bench", services=max(1, round(resources / RESOURCES_PER_SERVICE)))
    app.synth()


if __name__ == "__main__":
    main()
