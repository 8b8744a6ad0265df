"""The target of a command: AWS with the shell's credentials, or the embedded AWS."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from local_aws.process import LocalAws, find
from modules.environment_files import EnvironmentFile
from ops.backend import Backend
from ops.endpoints import refuse_endpoints
from ops.errors import ExitCode, OpsError
from ops.terraform import Terraform
from ops.workspace import Workspace, stack_folder

Clients = Callable[[str], Any]

OVERRIDE_FILE = "local_aws_override.tf.json"
#: The role does not have to exist: the embedded AWS accepts any role, and keeps the accounts separate.
LOCAL_ROLE = "arn:aws:iam::{account_id}:role/local-aws"
#: The provider waits for ten minutes before it looks whether a domain exists. The embedded AWS has it at once.
FIRST_CHECKED_LATE = ("aws_opensearch_domain",)


@dataclass(frozen=True)
class Target:
    """AWS or the embedded AWS, and the folder of the stacks synthesized for it."""

    workspace: Workspace
    output: Path
    environment: Mapping[str, str]
    init_environment: Mapping[str, str]
    """The environment variables of `terraform init`, which may have to reach the provider registry."""
    local_aws: LocalAws | None = None
    lock_timeout: int = 300
    local_role: str | None = LOCAL_ROLE
    """The role that Terraform assumes in the embedded AWS; None if the environment variables name one."""

    def terraform(self, stack: str, environment_name: str) -> Terraform:
        """Return Terraform in the stack's folder. Error messages name commands with the environment's name."""
        return Terraform(
            folder=stack_folder(self.output, stack),
            workspace=self.workspace,
            environment=self.environment,
            init_environment=self.init_environment,
            lock_timeout=self.lock_timeout,
            next_options=self.options(stack, environment_name),
        )

    def options(self, stack: str, environment_name: str) -> str:
        """Return the command options that select the stack."""
        local = "--local " if self.local_aws else ""
        account = "" if stack == environment_name else "--account "
        return f"{local}{account}--env {environment_name}"

    def session(self, account_id: str) -> boto3.Session:
        """Return a session in the account. Raises OpsError if the shell's credentials belong to another account."""
        if self.local_aws:
            return _assumed(self.local_aws, account_id)
        session = boto3.Session()
        found = session.client("sts", region_name=session.region_name or "us-east-1").get_caller_identity()["Account"]
        if found != account_id:
            raise OpsError(
                f"the shell's credentials belong to account {found}, but the environment is in account {account_id}; "
                "choose the right profile: export AWS_PROFILE=...",
                ExitCode.REFUSED,
            )
        return session

    def prepare(self, stack: str) -> None:
        """Point the stack at the embedded AWS with an override file next to it. The synthesized file is not changed."""
        if not self.local_aws:
            return
        folder = stack_folder(self.output, stack)
        synthesized = json.loads((folder / "cdk.tf.json").read_text())
        (folder / OVERRIDE_FILE).write_text(json.dumps(self._override(synthesized, Backend.of(folder)), indent=2))

    def _override(self, synthesized: Mapping[str, Any], backend: Backend) -> dict[str, Any]:
        role = {"role_arn": self.local_role.format(account_id=backend.account_id)} if self.local_role else None
        providers = [
            {
                **({"alias": provider["alias"]} if "alias" in provider else {}),
                "s3_use_path_style": True,
                # The embedded AWS answers what it does not emulate with HTTP 500; the provider would try 25 times.
                "max_retries": 2,
                **({"assume_role": [role]} if role else {}),
            }
            for provider in synthesized["provider"]["aws"]
        ]
        # A backend block replaces the overridden one completely.
        s3 = {**backend.settings, "use_path_style": True, **({"assume_role": role} if role else {})}
        return {"provider": {"aws": providers}, "terraform": {"backend": {"s3": s3}}, **_timeouts(synthesized)}


def cloud(workspace: Workspace, environment: Mapping[str, str] = os.environ, lock_timeout: int = 300) -> Target:
    """Return AWS as the target. Raises OpsError if a deploy would go elsewhere."""
    refuse_endpoints(environment)
    target = Target(workspace, workspace.cloud_output, environment, environment, lock_timeout=lock_timeout)
    refuse_overrides(target.output)
    return target


def local(
    workspace: Workspace, local_aws: LocalAws, base: Mapping[str, str] = os.environ, lock_timeout: int = 60
) -> Target:
    """Return the embedded AWS as the target."""
    return Target(
        workspace,
        workspace.local_output,
        # Terraform cannot send HTTP or HTTPS requests to anything else.
        environment=local_aws.environment(base, sealed=True),
        init_environment=local_aws.environment(base),
        local_aws=local_aws,
        lock_timeout=lock_timeout,
    )


def clients_of(target: Target, file: EnvironmentFile) -> Clients:
    """Return the boto3 clients of the environment's account and Region, by service. Raises OpsError."""
    session: Any = target.session(file.settings.account_id)
    return lambda service: session.client(service, region_name=file.settings.region)


def target_of(workspace: Workspace, *, on_local: bool, lock_timeout: int | None = None) -> Target:
    """Return AWS or the embedded AWS as the target. Raises OpsError if the embedded AWS is not running.

    Without a lock timeout, each target uses its own default.
    """
    target = _running(workspace) if on_local else cloud(workspace)
    return target if lock_timeout is None else replace(target, lock_timeout=lock_timeout)


def _running(workspace: Workspace) -> Target:
    local_aws = find(workspace.local)
    if not local_aws:
        raise OpsError("the embedded AWS is not running; run `make local`", ExitCode.REFUSED)
    return local(workspace, local_aws)


def refuse_overrides(output: Path) -> None:
    """Raise OpsError if Terraform would merge an override file into a stack."""
    overrides = sorted(
        path
        for folder in (output / "stacks").glob("*")
        for path in folder.glob("*.tf*")
        if path.name.endswith(("_override.tf", "_override.tf.json")) or path.name in ("override.tf", "override.tf.json")
    )
    if overrides:
        names = " ".join(map(str, overrides))
        raise OpsError(
            f"an override file would be merged into the deploy: {names}; remove it: rm {names}", ExitCode.REFUSED
        )


def _assumed(local_aws: LocalAws, account_id: str) -> boto3.Session:
    """Return a session in the account, with the role that the override file also uses."""
    environment = local_aws.environment({})
    sts = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=local_aws.endpoint,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    role = LOCAL_ROLE.format(account_id=account_id)
    credentials = sts.assume_role(RoleArn=role, RoleSessionName="groundwork")["Credentials"]
    return LocalSession(local_aws.endpoint, credentials)


class LocalSession(boto3.Session):
    """A session whose clients use the embedded AWS."""

    def __init__(self, endpoint: str, credentials: Any) -> None:
        self._endpoint = endpoint
        super().__init__(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )

    def client(self, service_name: str, **arguments: Any) -> Any:  # type: ignore[override]
        """Return a client of the embedded AWS."""
        return super().client(service_name, endpoint_url=self._endpoint, **arguments)  # type: ignore[call-overload]


def _timeouts(synthesized: Mapping[str, Any]) -> dict[str, Any]:
    """Return short timeouts of resources that the provider first looks at after minutes, or when a timeout is over."""
    created = synthesized.get("resource", {})
    times = dict.fromkeys(("create", "update", "delete"), "1s")
    short = {
        kind: {name: {"timeouts": times} for name in created[kind] if name != "//"}
        for kind in FIRST_CHECKED_LATE
        if kind in created
    }
    return {"resource": short} if short else {}
