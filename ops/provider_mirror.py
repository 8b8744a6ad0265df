"""Where `terraform init` finds the AWS provider: a local mirror, or the registry with a cache of downloads.

Terraform searches its implied mirror folders itself, unless TF_CLI_CONFIG_FILE names a missing file or one with a
network mirror. Therefore, a mirror that is found is written into a CLI config of Groundwork's own.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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


def plugin_cache(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the existing folder of downloaded providers: TF_PLUGIN_CACHE_DIR, or the default of the CDKTF CLI.

    The provider's release has 150 MB to download and 700 MB on disk, and every stack's init needs it.
    """
    named = environment.get("TF_PLUGIN_CACHE_DIR")
    home = Path(environment.get("HOME", "~")).expanduser()
    folder = Path(named) if named else home / ".terraform.d" / "plugin-cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def cache_locked(environment: Mapping[str, str]) -> Iterator[None]:
    """Wait until no other command of this project changes the plugin cache, and keep others from changing it.

    Terraform does not lock it ([Provider Plugin Cache]
    (https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache)).
    """
    cache = environment.get("TF_PLUGIN_CACHE_DIR")
    if cache is None:
        yield
        return
    with (Path(cache) / ".groundwork.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def cli_config(build: Path, environment: Mapping[str, str] = os.environ) -> Path:
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
