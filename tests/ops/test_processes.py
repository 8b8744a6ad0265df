"""Running programs: interrupts, logs that fail, closed terminals, and missing programs."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.errors import ExitCode, OpsError
from ops.interrupts import SIGNALS
from ops.processes import run
from ops.workspace import PROJECT

#: A command that only runs one program.
COMMAND = """
import os, sys
from pathlib import Path
from ops import __main__, processes
program, log = sys.argv[1:]
__main__.app = lambda **_: processes.run(
    [sys.executable, "-u", "-c", program], folder=Path.cwd(), environment=dict(os.environ), log=Path(log)
)
__main__.main()
"""
#: Saves for as long as requested, like Terraform after an interrupt, and records each interrupt.
PROGRAM = """
import pathlib, signal, time
def note(*_):
    with open("interrupts", "a") as file:
        file.write("interrupt\\n")
signal.signal(signal.SIGINT, note)
pathlib.Path("ready").touch()
while not pathlib.Path("saved").exists():
    time.sleep(0.01)
print("saved")
"""


#: A command that runs the program as the CDKTF CLI runs Terraform: in its own session, and without waiting for it
#: after an interrupt.
ATTACHED = """
import os, sys
from pathlib import Path
from ops import __main__
from ops.processes import run_attached
from ops.terraform_wrapper import shielded
from ops.workspace import Workspace
cli = "import os, signal, subprocess as s, sys; command = [os.environ['TERRAFORM_BINARY_NAME'], 'apply'];"
cli += "signal.signal(signal.SIGINT, lambda *_: sys.exit(terraform.send_signal(signal.SIGINT)));"
cli += "terraform = s.Popen(command, start_new_session=True); terraform.wait()"
program, _ = sys.argv[1:]
terraform = Path("terraform")
terraform.write_text(f"#!{sys.executable}{chr(10)}{program}")
terraform.chmod(0o755)
folder = Path.cwd()
named = {**os.environ, "TERRAFORM_BINARY_NAME": str(terraform.resolve())}
environment, wait = shielded(Workspace(folder, folder), named)
__main__.app = lambda **_: run_attached([sys.executable, "-c", cli], folder=folder, environment=environment, wait=wait)
__main__.main()
"""


def heed_signals() -> None:
    """Stop ignoring Ctrl-C and SIGHUP, as a shell's background job or nohup does for itself and its children."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


class Command:
    """A command in its own folder, whose program is running."""

    def __init__(self, folder: Path, log: Path | None = None, script: str = COMMAND) -> None:
        self.folder = folder
        self.log = log or folder / "logs" / "program.log"
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, PROGRAM, str(self.log)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_signals,
        )
        self.wait_for(lambda: (folder / "ready").exists())

    def wait_for(self, condition: Callable[[], bool]) -> None:
        while not condition():
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.01)

    def wait_for_interrupts(self, count: int) -> None:
        self.wait_for(lambda: self.interrupts >= count)

    def send(self, *signals: signal.Signals) -> None:
        for each in signals:
            self.process.send_signal(each)

    @property
    def interrupts(self) -> int:
        """The number of interrupts that the program received."""
        noted = self.folder / "interrupts"
        return len(noted.read_text().splitlines()) if noted.exists() else 0

    def save(self) -> str:
        """Let the program save and end, and return the command's stderr."""
        (self.folder / "saved").touch()
        errors = self.process.communicate()[1]
        assert "Traceback" not in errors
        return errors


@pytest.mark.parametrize(
    ("sent", "code"),
    [(signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED)],
)
def test_an_interrupt_of_any_kind_waits_until_the_program_has_saved(
    tmp_path: Path, sent: signal.Signals, code: ExitCode
) -> None:
    command = Command(tmp_path)
    command.send(sent)
    command.wait_for_interrupts(1)
    errors = command.save()
    assert (command.process.returncode, command.interrupts) == (code, 1)
    assert code == 128 + sent
    assert "interrupted; the state contains everything that was created: run the same command again" in errors
    assert command.log.read_text().endswith("\nsaved\n")


def test_repeated_sigterm_is_one_interrupt(tmp_path: Path) -> None:
    command = Command(tmp_path)
    command.send(signal.SIGHUP)
    command.wait_for_interrupts(1)
    command.send(signal.SIGTERM, signal.SIGHUP, signal.SIGTERM)
    command.save()
    assert (command.process.returncode, command.interrupts) == (ExitCode.HUNG_UP, 1)


def test_second_ctrl_c_is_forwarded_and_exits_with_130(tmp_path: Path) -> None:
    command = Command(tmp_path)
    for count in (1, 2):
        command.send(signal.SIGINT)
        command.wait_for_interrupts(count)
    errors = command.save()
    assert command.process.returncode == ExitCode.INTERRUPTED
    assert "interrupted twice" in errors


def test_cli_that_ends_immediately_lets_terraform_save_its_state(tmp_path: Path) -> None:
    command = Command(tmp_path, script=ATTACHED)
    command.send(signal.SIGTERM)
    command.wait_for_interrupts(1)
    (tmp_path / "saved").touch()
    printed, errors = command.process.communicate()
    assert (command.process.returncode, printed, command.interrupts) == (ExitCode.TERMINATED, "saved\n", 1)
    assert "interrupted; the state contains everything that was created" in errors


def test_closed_terminal_does_not_end_program(tmp_path: Path) -> None:
    command = Command(tmp_path)
    assert command.process.stderr
    command.process.stderr.close()
    command.send(signal.SIGHUP)
    command.wait_for_interrupts(1)
    (tmp_path / "saved").touch()
    assert command.process.wait() == ExitCode.HUNG_UP
    assert command.log.read_text().endswith("\nsaved\n")


def test_closed_terminal_does_not_end_attached_program(tmp_path: Path) -> None:
    """On a terminal, a spinner in another thread replaces standard error."""
    pid, terminal = pty.fork()
    if not pid:
        heed_signals()
        os.chdir(tmp_path)
        spinning = COMMAND.replace("__main__.main()", "with steps.step('x'): __main__.main()").replace(
            "import __main__,", "import __main__, steps,"
        )
        os.environ["PYTHONPATH"] = str(PROJECT)
        os.environ["TERM"] = "xterm"
        os.execv(sys.executable, [sys.executable, "-c", spinning, PROGRAM, "program.log"])
    while not (tmp_path / "ready").exists():
        time.sleep(0.01)
    shown = b""
    while b"x" not in shown:
        shown += os.read(terminal, 1000)
    os.close(terminal)
    while not (tmp_path / "interrupts").exists():
        time.sleep(0.01)
    (tmp_path / "saved").touch()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == ExitCode.HUNG_UP


def test_full_disk_only_loses_the_log(tmp_path: Path) -> None:
    command = Command(tmp_path, log=Path("/dev/full"))
    errors = command.save()
    assert command.process.returncode == 0
    assert errors == "warning the log /dev/full cannot be written (No space left on device); continuing without it\n"


def test_unwritable_log_folder_only_loses_the_log(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    log = tmp_path / "logs" / "x.log"
    assert run(["echo", "done"], folder=tmp_path, environment=os.environ, log=log).output == "done\n"


def test_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="there-is-none cannot be run") as caught:
        run(["there-is-none"], folder=tmp_path, environment=os.environ, log=tmp_path / "log")
    assert caught.value.code == ExitCode.MISSING_TOOL
