"""`python -m ops`: runs a command, and turns every expected error into a message and an exit code."""

import sys
from typing import NoReturn

from rich.markup import escape

from modules.foundation.problems import SettingsError
from ops import steps
from ops.commands import app
from ops.errors import ExitCode, OpsError
from ops.failures import explained
from ops.interrupts import Interrupted, handled, interrupt


def main() -> None:
    """Run a command. Every expected error is a message and an exit code, never a traceback."""
    try:
        with handled(interrupt):
            app(standalone_mode=True)
    except SettingsError as error:
        steps.console.print(str(error), markup=False)
        sys.exit(ExitCode.INVALID_SETTINGS)
    except Interrupted as error:
        _end(OpsError("interrupted; nothing was being applied", error.code))
    except OpsError as error:
        _end(error)
    except Exception as error:
        known = explained(error)
        if known is None:
            raise
        steps.give_up_if_broken(sys.stdout)
        _end(known)


def _end(error: OpsError) -> NoReturn:
    steps.console.print(f"[red]error[/] {escape(str(error))}")
    sys.exit(error.code)


if __name__ == "__main__":
    main()
