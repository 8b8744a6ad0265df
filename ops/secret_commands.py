"""The commands of `python -m ops secret`: set and list the values of secrets."""

from dataclasses import asdict
from typing import Annotated

import typer

from ops.options import ENVS, EnvOption, EnvsOption, JsonOption, LocalOption, read_file
from ops.printing import print_line, print_result
from ops.workspace import Workspace

secret = typer.Typer(no_args_is_help=True, help="Set the values of the secrets that an environment file declares.")


@secret.command("set")
def secret_set(
    name: Annotated[str, typer.Argument(help='The name of the `secret` block, for example "slack-webhook".')],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
) -> None:
    """Set a secret's value from standard input or from a prompt without echo, never from an argument."""
    from ops.secrets import put, read_value, require_declared
    from ops.target import target_of

    file = read_file(envs, env)
    require_declared(file, name)
    target = target_of(Workspace.of(envs), on_local=on_local)
    value = read_value(lambda: str(typer.prompt(f"Value of {name} in {env}", hide_input=True, err=True)))
    print_line(f"{put(target, file, name, value)}: value set")


@secret.command("list")
def secret_list(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """List the environment's secrets and whether each has a value. Values are not read."""
    from ops.secrets import states
    from ops.target import target_of

    found = states(target_of(Workspace.of(envs), on_local=on_local), read_file(envs, env))
    lines = (f"{each.label}  {each.name}  {each.state}" for each in found)
    print_result([asdict(each) for each in found], lines, as_json=as_json)
