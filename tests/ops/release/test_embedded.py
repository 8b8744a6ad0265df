"""The commands `release`, `rollback`, and `releases` on the embedded AWS, with a service that no Terraform created."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.process import start, stop
from ops.commands import app
from ops.errors import ExitCode, OpsError
from ops.target import Target, local
from ops.workspace import Workspace
from tests.local_aws.images import MANIFEST, Programs, digest_of, push, push_single
from tests.ops.release.aws import CLUSTER, NAME, REGISTRY
from tests.ops.release.conftest import SERVICE
from tests.support.environments import DEV, write

GROUP, AUDIT = "/agora/dev/service/api", "/agora/dev/audit"
#: A migration that is needed once, then a program that fails.
MIGRATED: Programs = {"bin/migrate": {"exit_code": 0}}
BROKEN: Programs = {**MIGRATED, "": {"exit_code": 1, "output": "starting\nKeyError: 'DATABASE_MAIN_HOST'"}}


class Command:
    """Runs commands for the service `api` of the environment `dev`."""

    def __init__(self, envs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._envs = envs
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Any:
        """Return what a command prints with --json."""
        options = ("--env", "dev", "--envs", str(self._envs), "--local", "--json")
        self._capsys.readouterr()
        app([*arguments, *options], standalone_mode=False)
        return json.loads(self._capsys.readouterr().out)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    envs = write(tmp_path_factory.mktemp("envs"), {"dev": DEV + SERVICE})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWORK_BUILD", str(tmp_path_factory.mktemp("build")))
        workspace = Workspace.of(envs)
        yield local(workspace, start(workspace.local))
        stop(workspace.local)


@pytest.fixture(scope="module")
def created(target: Target) -> Any:
    """Create the service as its apply would, and return the registry."""
    session: Any = target.session("111111111111")
    ecs, ec2, ecr, logs = (session.client(each, region_name="ap-northeast-2") for each in ("ecs", "ec2", "ecr", "logs"))
    for group in (GROUP, AUDIT):
        logs.create_log_group(logGroupName=group)
    for name in ("api", "envoy"):
        ecr.create_repository(repositoryName=f"agora/{name}")
    push(ecr, "agora/api", "1.4.2")
    push(ecr, "agora/envoy", "1.31.2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/20")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    security = ec2.create_security_group(GroupName="api", Description="api", VpcId=vpc)["GroupId"]
    options = {"awslogs-group": GROUP, "awslogs-region": "ap-northeast-2", "awslogs-stream-prefix": "task"}
    containers = [
        {
            "name": name,
            "image": f"{REGISTRY}/{image}",
            "essential": name != "prepare",
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            **({"command": ["bin/prepare"]} if name == "prepare" else {}),
        }
        for name, image in (("api", "api:1.4.2"), ("proxy", "envoy:1.31.2"), ("prepare", "api:1.4.2"))
    ]
    revision = ecs.register_task_definition(
        family=NAME,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        containerDefinitions=containers,
        tags=[{"key": "product", "value": "agora"}],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.create_cluster(clusterName=CLUSTER)
    ecs.create_service(
        cluster=CLUSTER,
        serviceName=NAME,
        taskDefinition=revision,
        desiredCount=2,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [security]}},
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    )
    return ecr


@pytest.mark.parametrize(
    "arguments", [("release", "api", "--image", "api:1.4.2"), ("rollback", "api", "--to", "1"), ("releases", "api")]
)
def test_environment_must_be_applied_first(target: Target, arguments: Any) -> None:
    envs = write(target.workspace.envs.parent / "qa", {"qa": DEV + SERVICE})
    with pytest.raises(OpsError) as raised:
        app([*arguments, "--env", "qa", "--envs", str(envs), "--local"], standalone_mode=False)
    assert str(raised.value) == "qa is not applied; run `make local ENV=qa`"


@pytest.fixture
def command(target: Target, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(target.workspace.envs, capsys)


def test_service_is_released_fails_and_is_rolled_back(command: Command, created: Any) -> None:
    push(created, "agora/api", "1.4.3", programs=MIGRATED)
    done = command("release", "api", "--image", "api:1.4.3", "--commit", "c0ffee")
    assert (done["result"], done["revision"], done["replaced"]) == ("succeeded", 2, 1)

    push(created, "agora/api", "1.4.4", programs=BROKEN)
    with pytest.raises(OpsError) as failed:
        command("release", "api", "--image", "api:1.4.4")
    assert failed.value.code == ExitCode.RELEASE_FAILED
    assert "exit code 1; its last line: KeyError: 'DATABASE_MAIN_HOST'; ECS goes back to revision 2" in str(
        failed.value
    )

    assert command("rollback", "api")["revision"] == 1
    listed = command("releases", "api")
    assert [(each["revision"], each["act"], each["result"], each["running"]) for each in listed] == [
        (1, "rollback", "succeeded", True),
        (3, "release", "failed", False),
        (2, "release", "succeeded", False),
    ]
    assert {each["commit"] for each in listed} == {"c0ffee", ""}


def test_image_for_another_architecture_or_with_findings_is_refused(command: Command, created: Any) -> None:
    push(created, "agora/api", "1.5.0", architectures=("amd64",))
    with pytest.raises(OpsError) as refused:
        command("release", "api", "--image", "api:1.5.0")
    assert str(refused.value).startswith("api:1.5.0 runs on linux/amd64")
    push(created, "agora/api", "1.5.1")
    with pytest.raises(OpsError) as found:
        # Every scan of Moto has one finding.
        command("release", "api", "--image", "api:1.5.1", "--scan-level", "high")
    assert str(found.value).startswith("the scan of api:1.5.1 found 1 HIGH (CVE-9999-9999)")


def test_image_without_an_index_is_released_if_its_configuration_was_pushed(command: Command, created: Any) -> None:
    push_single(created, "agora/api", "1.6.0")
    done = command("release", "api", "--image", "api:1.6.0", "--skip-migration")
    assert done["result"] == "succeeded"
    text = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": digest_of("c")}, "layers": []})
    created.put_image(repositoryName="agora/api", imageManifest=text, imageTag="1.6.1", imageDigest=digest_of(text))
    with pytest.raises(OpsError, match=r"lacks the image's configuration, which names its platform") as refused:
        command("release", "api", "--image", "api:1.6.1", "--skip-migration")
    assert len(str(refused.value).splitlines()) == 1


def test_commit_is_that_of_the_image(command: Command, created: Any) -> None:
    revision = "c0ffee" + "0" * 34
    push_single(created, "agora/api", "1.7.0", annotations={"org.opencontainers.image.revision": revision})
    release = ("release", "api", "--image", "api:1.7.0", "--skip-migration")
    with pytest.raises(OpsError, match=f"api:1.7.0 was built from commit {revision}, not notacommit"):
        command(*release, "--commit", "notacommit")
    assert command(*release, "--commit", "c0ffee")["commit"] == revision
