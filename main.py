"""Entry point of `cdktf synth`: one stack for each environment file, and one for each account.

ENVS names the folder of environment files, by default `envs`; ENV names one environment to synthesize, by default all.
Functions whose code has changed are packaged first. The committed lock file is copied next to each stack, so that
every `terraform init`, also that of the CDKTF CLI, uses the same provider.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import modules  # noqa: F401 - makes the bindings lazy, for which it must come before cdktf

# isort: split

from cdktf import App

from modules.environment import Environment
from modules.environment_files import chosen, load
from modules.events.function.packaging import Packages, PackagingError
from modules.foundation.problems import SettingsError
from modules.stack import build_stacks, pin_providers


def main() -> int:
    """Synthesize; return 2 if an environment file has problems, or a function cannot be packaged."""
    packages = Packages.of(os.environ)
    try:
        files = load(Path(os.environ.get("ENVS") or "envs"))
        environments = chosen(files, os.environ.get("ENV"))
        known = [file.settings for file in files.values()]
        accounts = {environment.account_id for environment in environments}
        build_missing(packages, [each for each in known if each.account_id in accounts])
        app = App()
        build_stacks(app, environments, files.values(), packages)
    except (SettingsError, PackagingError) as error:
        print(error, file=sys.stderr)
        return 2
    app.synth()
    pin_providers(Path(app.outdir))
    return 0


def build_missing(packages: Packages, environments: Iterable[Environment]) -> None:
    """Run `python -m ops build` if a function has no package of its current code. Raises PackagingError."""
    functions = {each for environment in environments for each in environment.packaged()}
    if all(packages.path(*each).is_file() for each in functions):
        return
    built = subprocess.run([sys.executable, "-m", "ops", "build"], capture_output=True, text=True, check=False)
    if built.returncode:
        raise PackagingError(f"the functions could not be packaged: {built.stderr}")


if __name__ == "__main__":
    sys.exit(main())
