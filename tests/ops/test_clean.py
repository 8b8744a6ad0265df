"""`make clean` with the embedded AWS running."""

import os
import subprocess
import sys
from pathlib import Path

from local_aws.process import RECORD_NAME, write_record
from ops.workspace import PROJECT


def test_make_clean_stops_the_embedded_aws_first(tmp_path: Path) -> None:
    (tmp_path / "build" / "local").mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as server:
        write_record(tmp_path / "build" / "local" / RECORD_NAME, server.pid, 4999)
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        command = ["make", "--file", str(PROJECT / "Makefile"), "clean", f"PYTHON={sys.executable}"]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True)
        assert server.wait() != 0
    assert not (tmp_path / "build").exists()
