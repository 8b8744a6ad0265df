"""Entry point of `cdktf synth`: one stack for each environment file, and one for each account.

ENVS names the folder of environment files, by default `envs`; ENV names one environment to synthesize, by default all.
"""

import os
import sys
from pathlib import Path

import modules  # noqa: F401 - makes the bindings lazy, for which it must come before cdktf

# isort: split

from cdktf import App

from modules.environment_files import chosen, load
from modules.events.function.packaging import Packages, PackagingError
from modules.foundation.problems import SettingsError
from modules.stack import AccountStack, EnvironmentStack


def main() -> int:
    """Synthesize; return 2 if an environment file has problems, or a function is not built."""
    try:
        files = load(Path(os.environ.get("ENVS") or "envs"))
        environments = chosen(files, os.environ.get("ENV"))
        app = App()
        for environment in environments:
            EnvironmentStack(app, environment, Packages.of(os.environ))
    except (SettingsError, PackagingError) as error:
        print(error, file=sys.stderr)
        return 2
    for account_id in {environment.account_id: None for environment in environments}:
        AccountStack(app, [file.settings for file in files.values() if file.settings.account_id == account_id])
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
