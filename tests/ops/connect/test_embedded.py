"""A connection through the embedded AWS, whose API checks the parameters of every request."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws import process
from local_aws.process import LocalAws
from modules.environment_files import EnvironmentFile, load
from ops.connect.connection import Open, connect
from ops.connect.destinations import Options, destination
from ops.interrupts import handled, interrupt
from ops.target import clients_of, local
from ops.workspace import Workspace
from tests.ops.connect.conftest import Plugin
from tests.ops.connect.test_connection import TEXT
from tests.support.environments import write

NAME = "agora-env-developers"


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    folder = tmp_path_factory.mktemp("local-aws")
    yield process.start(folder)
    assert process.stop(folder)


@pytest.fixture
def file(tmp_path: Path) -> EnvironmentFile:
    folder = tmp_path / "envs"
    folder.mkdir()
    return load(write(folder, {"env": TEXT}))["env"]


def create(clients: Any) -> None:
    """Create what the blocks of the file would create, as far as a connection needs it."""
    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/20")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    for number, zone in enumerate("ac"):
        tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": f"agora-env-app-{zone}"}]}]
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.20.{number}.0/24",
            AvailabilityZone=f"ap-northeast-2{zone}",
            TagSpecifications=tags,
        )
    ec2.create_security_group(GroupName=NAME, Description="a test", VpcId=vpc)
    ecs = clients("ecs")
    ecs.create_cluster(clusterName=NAME, capacityProviders=["FARGATE"])
    ecs.register_task_definition(
        family=NAME,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "developers", "image": "developers:1"}],
    )
    ecs.put_cluster_capacity_providers(
        cluster=NAME,
        capacityProviders=["FARGATE"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
    )
    clients("rds").create_db_cluster(
        DBClusterIdentifier="agora-env-main",
        Engine="aurora-postgresql",
        MasterUsername="dbadmin",
        ManageMasterUserPassword=True,
    )


def test_connection_to_a_database(local_aws: LocalAws, plugin: Plugin, file: EnvironmentFile, tmp_path: Path) -> None:
    target = local(Workspace(tmp_path / "envs", tmp_path / "build"), local_aws)
    clients = clients_of(target, file)
    create(clients)
    to = destination(file, "database", "main", target.session(file.settings.account_id), Options())
    running: list[str] = []

    def opened(found: Open) -> None:
        running.extend(clients("ecs").list_tasks(cluster=NAME)["taskArns"])
        path = Path(found.access.command.split()[0].partition("=")[2])
        host = clients("rds").describe_db_clusters()["DBClusters"][0]["Endpoint"]
        assert path.read_text().startswith(f"*:{found.port}:*:gw_developers:{host}\\:5432/?Action=connect")
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    with handled(interrupt):
        connect(file, to, clients, local_port=None, opened=opened, show=lambda _: None)
    (task,) = clients("ecs").describe_tasks(cluster=NAME, tasks=running)["tasks"]
    assert (task["lastStatus"], task["stoppedReason"]) == ("STOPPED", "python -m ops connect has ended")
    assert task["startedBy"].startswith("connect/")
    assert plugin.runs[0]["response"]["StreamUrl"].startswith("ws://127.0.0.1:")
