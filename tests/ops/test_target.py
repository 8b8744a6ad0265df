"""AWS and the embedded AWS as targets are never confused."""

import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.process import LocalAws
from ops.errors import ExitCode, OpsError
from ops.target import OVERRIDE_FILE, cloud, local, refuse_overrides
from ops.workspace import Workspace, stack_folder

LOCAL_AWS = LocalAws(pid=1, port=4566, started="", log=Path("log"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(Path("envs"), tmp_path)


@pytest.mark.parametrize("name", ["override.tf", "x_override.tf", "override.tf.json", "x_override.tf.json"])
def test_an_override_file_is_refused(tmp_path: Path, name: str) -> None:
    stack = stack_folder(tmp_path, "dev")
    stack.mkdir(parents=True)
    (stack / "cdk.tf.json").touch()
    refuse_overrides(tmp_path)
    (stack / name).touch()
    with pytest.raises(OpsError, match="would be merged into the deploy") as caught:
        refuse_overrides(tmp_path)
    assert caught.value.code == ExitCode.REFUSED


def test_an_endpoint_of_the_shell_is_refused(workspace: Workspace) -> None:
    with pytest.raises(OpsError, match="unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_STS"):
        cloud(workspace, {"AWS_ENDPOINT_URL": "x", "AWS_ENDPOINT_URL_STS": "y"})


def test_targets_have_separate_folders(workspace: Workspace) -> None:
    assert local(workspace, LOCAL_AWS, {}).output != cloud(workspace, {}).output


def test_the_shells_credentials_never_reach_the_embedded_aws(workspace: Workspace) -> None:
    shell = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "t", "AWS_ACCESS_KEY_ID": "real", "PATH": "/bin"}
    environment = local(workspace, LOCAL_AWS, shell).environment
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["PATH"] == "/bin"
    assert environment["AWS_ACCESS_KEY_ID"] != "real"
    assert "AWS_PROFILE" not in environment
    assert "AWS_SESSION_TOKEN" not in environment


def prepared(workspace: Workspace, resources: dict[str, object]) -> dict[str, Any]:
    """Return the override of a stack with these resources."""
    target = local(workspace, LOCAL_AWS, {})
    folder = stack_folder(target.output, "dev")
    folder.mkdir(parents=True)
    backend = {"bucket": "b", "key": "k", "region": "r", "allowed_account_ids": ["111111111111"]}
    synthesized = {"provider": {"aws": []}, "terraform": {"backend": {"s3": backend}}, "resource": resources}
    (folder / "cdk.tf.json").write_text(json.dumps(synthesized))
    target.prepare("dev")
    override: dict[str, Any] = json.loads((folder / OVERRIDE_FILE).read_text())
    return override


def test_the_override_has_no_resources_that_the_provider_looks_at_at_once(workspace: Workspace) -> None:
    assert "resource" not in prepared(workspace, {"aws_vpc": {"main": {}}})


def test_the_override_shortens_the_timeouts_of_resources_that_the_provider_looks_at_late(workspace: Workspace) -> None:
    override = prepared(workspace, {"aws_vpc": {"main": {}}, "aws_opensearch_domain": {"search_logs": {}}})
    times = {"create": "1s", "update": "1s", "delete": "1s"}
    assert override["resource"] == {"aws_opensearch_domain": {"search_logs": {"timeouts": times}}}


def test_the_override_assumes_a_role_in_the_environments_account(workspace: Workspace) -> None:
    target = local(workspace, LOCAL_AWS, {})
    folder = stack_folder(target.output, "dev")
    folder.mkdir(parents=True)
    backend = {"bucket": "b", "key": "k", "region": "r", "allowed_account_ids": ["111111111111"]}
    providers = [{"region": "r"}, {"region": "us-east-1", "alias": "us"}]
    synthesized = {"provider": {"aws": providers}, "terraform": {"backend": {"s3": backend}}}
    (folder / "cdk.tf.json").write_text(json.dumps(synthesized))
    target.prepare("dev")
    override = json.loads((folder / OVERRIDE_FILE).read_text())
    role = "arn:aws:iam::111111111111:role/local-aws"
    assert [provider["assume_role"] for provider in override["provider"]["aws"]] == [[{"role_arn": role}]] * 2
    assert [provider.get("alias") for provider in override["provider"]["aws"]] == [None, "us"]
    assert override["terraform"]["backend"]["s3"].items() >= backend.items()
    assert override["terraform"]["backend"]["s3"]["assume_role"] == {"role_arn": role}
