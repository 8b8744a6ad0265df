"""The commands of `python -m ops vpn`: profiles of users."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ops.errors import ExitCode, OpsError
from ops.options import ENVS, EnvOption, EnvsOption, JsonOption, LocalOption, read_file
from ops.printing import print_line, print_progress, print_result
from ops.workspace import Workspace

vpn = typer.Typer(no_args_is_help=True, help="Issue and revoke profiles of the VPN.")
user = typer.Typer(no_args_is_help=True, help="Add, list, and revoke users.")
vpn.add_typer(user, name="user")

#: The same as in the SSM document (modules/access/vpn/documents.py).
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
NameArgument = Annotated[
    str, typer.Argument(help="The user, or the user and a device: `alice`, `alice-laptop`. Each connects once.")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="The file to write, by default NAME-ENV.ovpn here.")
]


@user.command("add")
def user_add(
    name: NameArgument,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    request: Annotated[
        Path | None,
        typer.Option("--request", help="The file that the user created with `vpn user request`, for their own key."),
    ] = None,
    output: OutputOption = None,
) -> None:
    """Issue a profile. The private key is created on this machine, and is sent nowhere."""
    from ops.audit import AuditLog
    from ops.target import clients_of, target_of
    from ops.vpn import keys, users
    from ops.vpn.host import host_of

    _check(name)
    file = read_file(envs, env)
    path = output or Path(f"{name}-{env}.ovpn")
    if path.exists():
        raise OpsError(f"{path} exists; remove it, or name another file with --output", ExitCode.REFUSED)
    pair = None if request else keys.create(name)
    asked = keys.read_request(request, name) if request else pair.request if pair else ""
    target = target_of(Workspace.of(envs), on_local=on_local)
    profile = users.add(host_of(file, clients_of(target, file)), name, asked)
    AuditLog(target, file).record("vpn", user=name, result="added")
    keys.write_private(path, users.with_key(profile, pair.key) if pair else f"{profile.rstrip()}\nkey {name}.key\n")
    print_progress(f"import {path} into OpenVPN; whoever has the file can connect as {name}")
    print_line(path)


@user.command("request")
def user_request(name: NameArgument) -> None:
    """Create a private key and a request for its certificate here, for somebody else to run `vpn user add`."""
    from ops.vpn import keys

    _check(name)
    pair = keys.create(name)
    keys.write_private(Path(f"{name}.key"), pair.key)
    keys.write_private(Path(f"{name}.csr"), pair.request)
    print_progress(f"keep {name}.key beside the profile, and send {name}.csr to whoever issues profiles")
    print_line(f"{name}.csr")


@user.command("list")
def user_list(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """List the certificates of users, and when each expires or was revoked."""
    from ops.target import clients_of, target_of
    from ops.vpn.host import host_of
    from ops.vpn.users import certificates

    file = read_file(envs, env)
    found = certificates(host_of(file, clients_of(target_of(Workspace.of(envs), on_local=on_local), file)))
    lines = (f"{each.user}  {each.state}  until {each.revoked or each.expires}" for each in found)
    print_result([asdict(each) for each in found], lines, as_json=as_json)


@user.command("revoke")
def user_revoke(
    name: NameArgument, env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False
) -> None:
    """Revoke a user's certificate at once, and end the connection."""
    from ops.audit import AuditLog
    from ops.target import clients_of, target_of
    from ops.vpn import users
    from ops.vpn.host import host_of

    _check(name)
    file = read_file(envs, env)
    target = target_of(Workspace.of(envs), on_local=on_local)
    users.revoke(host_of(file, clients_of(target, file)), name)
    AuditLog(target, file).record("vpn", user=name, result="revoked")
    print_line(f"{name}: revoked")


def _check(name: str) -> None:
    """Raise OpsError if the server would refuse the name; names of server certificates begin with `server-`."""
    if not _NAME.fullmatch(name) or name.startswith("server-"):
        raise OpsError(
            f"{name} is not a user's name: at most 31 lowercase letters, digits, and hyphens, beginning with a letter "
            "and not with server-; write a name such as alice",
            ExitCode.REFUSED,
        )
