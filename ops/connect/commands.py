"""The commands of `python -m ops connect`: a local port that leads to a resource in the VPC."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from modules.environment_files import EnvironmentFile
from modules.foundation.policies import as_sent, document
from modules.foundation.problems import SettingsError
from ops.options import ENVS, EnvOption, EnvsOption, JsonOption, LocalOption, read_file
from ops.printing import print_line, print_progress, print_result
from ops.workspace import Workspace

connect = typer.Typer(
    no_args_is_help=True,
    help="Open a local port to what the `developers` block of an environment file lists, until Ctrl-C.",
)

LabelArgument = Annotated[str, typer.Argument(help='The name of the block, for example "main".')]
PortOption = Annotated[
    int | None, typer.Option("--port", min=1, max=65535, help="The local port; by default a free one.")
]
UserOption = Annotated[
    str | None,
    typer.Option("--user", help="Log in as this user of the cache; by default `app`."),
]
CaOption = Annotated[
    Path | None,
    typer.Option("--ca-bundle", exists=True, dir_okay=False, help="RDS's certificates, to verify the server with."),
]


@connect.command("database")
def connect_database(
    name: LabelArgument,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    port: PortOption = None,
    ca_bundle: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Connect to a database, and print a ready psql or mysql command. The password stays in a private file."""
    options = {"ca_bundle": ca_bundle and ca_bundle.absolute()}
    _connect(read_file(envs, env), "database", name, options, envs=envs, on_local=on_local, port=port, as_json=as_json)


@connect.command("cache")
def connect_cache(
    name: LabelArgument,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    port: PortOption = None,
    user: UserOption = None,
    as_json: JsonOption = False,
) -> None:
    """Connect to a cache, and print a ready valkey-cli or redis-cli command."""
    options = {"user": user}
    _connect(read_file(envs, env), "cache", name, options, envs=envs, on_local=on_local, port=port, as_json=as_json)


@connect.command("service")
def connect_service(
    name: LabelArgument,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    port: PortOption = None,
    as_json: JsonOption = False,
) -> None:
    """Connect to the tasks of a service, past its load balancer."""
    _connect(read_file(envs, env), "service", name, {}, envs=envs, on_local=on_local, port=port, as_json=as_json)


@connect.command("cluster")
def connect_cluster(
    name: LabelArgument,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    port: PortOption = None,
    kubeconfig: Annotated[
        Path | None, typer.Option("--kubeconfig", help="The file to write; by default one that is deleted at the end.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Connect to the API of an EKS cluster, and write a kubeconfig for it."""
    options = {"kubeconfig": kubeconfig}
    _connect(read_file(envs, env), "cluster", name, options, envs=envs, on_local=on_local, port=port, as_json=as_json)


@connect.command("policy")
def connect_policy(env: EnvOption = "dev", envs: EnvsOption = ENVS) -> None:
    """Print the IAM policy for people who connect, for a permission set. Roles of `people` that operate have it."""
    from modules.compute.developers.keys.statements import people_statements

    file = read_file(envs, env)
    statements = people_statements(file.settings)
    if not statements:
        rule, remedy = "is missing, so there is nothing to connect to", "write `developers { ... }`, and deploy"
        raise SettingsError([file.document.problem(("developers",), None, rule, remedy)])
    print_line(json.dumps(json.loads(as_sent(document(statements))), indent=2))


def _connect(
    file: EnvironmentFile,
    kind: Any,
    name: str,
    options: Mapping[str, Any],
    *,
    envs: Path,
    on_local: bool,
    port: int | None,
    as_json: bool,
) -> None:
    from ops.audit import AuditLog
    from ops.connect.connection import Open, connect
    from ops.connect.destinations import Options, destination, require_listed
    from ops.target import clients_of, target_of

    require_listed(file, kind, name)
    target = target_of(Workspace.of(envs), on_local=on_local)
    session = target.session(file.settings.account_id)
    to = destination(file, kind, name, session, Options(**options))

    # Before anything is opened: there is no connection that is not in the log.
    reason = file.settings.developers.production_reason if file.settings.developers else None
    AuditLog(target, file).write("connect", to=f"{kind} {name}", user=options.get("user"), reason=reason)

    def opened(found: Open) -> None:
        print_result(found.as_json(), [found.access.command], as_json=as_json)
        print_progress("Ctrl-C ends the connection")

    connect(file, to, clients_of(target, file), local_port=port, opened=opened, show=print_progress)
    print_progress("disconnected")
