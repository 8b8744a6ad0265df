"""Local mirrors of the AWS provider, for machines without access to its registry.

Terraform searches its implied mirror folders itself, unless TF_CLI_CONFIG_FILE names a missing file or one with a
network mirror. Therefore, a mirror that is found is written into a CLI config of Groundwork's own.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

MIRROR_VARIABLE = "GROUNDWORK_PROVIDER_MIRROR"
PROVIDER = Path("registry.terraform.io") / "hashicorp" / "aws"
_SYSTEM_ROOTS = ("/opt", "/srv", "/usr/local", "/usr/local/share", "/usr/share", "/var/lib")


def find_mirror(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the first folder that holds the AWS provider as a filesystem mirror, or None.

    Raises FileNotFoundError if the variable names a folder without it.
    """
    named = environment.get(MIRROR_VARIABLE)
    if named:
        if not (Path(named) / PROVIDER).is_dir():
            raise FileNotFoundError(f"{MIRROR_VARIABLE} names {named}, which has no {PROVIDER}")
        return Path(named)
    return next((folder for folder in _mirror_folders(environment) if (folder / PROVIDER).is_dir()), None)


def cli_config(build: Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the Terraform CLI config to use: TF_CLI_CONFIG_FILE if it exists, or one that names the mirror."""
    named = environment.get("TF_CLI_CONFIG_FILE")
    if named and Path(named).is_file():
        return Path(named)
    mirror = find_mirror(environment)
    config = build / "terraform.tfrc"
    if mirror is None:
        text = ""
    else:
        text = (
            "provider_installation {\n"
            f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = ["registry.terraform.io/*/*"]\n  }}\n'
            '  direct {\n    exclude = ["registry.terraform.io/hashicorp/aws"]\n  }\n'
            "}\n"
        )
    build.mkdir(parents=True, exist_ok=True)
    if not config.exists() or config.read_text() != text:
        # Replaced atomically: another command may be reading it.
        new = config.with_suffix(f".{os.getpid()}")
        new.write_text(text)
        new.replace(config)
    return config


def _mirror_folders(environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield Terraform's implied mirror folders, then the folders one level below common system folders."""
    home = Path(environment.get("HOME", "~")).expanduser()
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    yield home / ".terraform.d" / "plugins"
    yield data / "terraform" / "plugins"
    yield home / "Library" / "Application Support" / "io.terraform" / "plugins"
    for root in environment.get("XDG_DATA_DIRS", "").split(os.pathsep):
        if root:
            yield Path(root) / "terraform" / "plugins"
    for root in _SYSTEM_ROOTS:
        yield from sorted(path for path in Path(root).glob("*") if path.is_dir())
