"""A generated production environment: the project's own, with any number of further services."""

from __future__ import annotations

import shutil
from pathlib import Path

ENVIRONMENT = Path(__file__).parent.parent / "envs" / "prod.hcl"
ACCOUNT = ENVIRONMENT.parent / "accounts" / "production.hcl"

_SERVICE = """
service "generated-{number:03d}" {{
  image  = "api:1.4.2"
  cpu    = 256
  memory = 512

  databases = {{ main = "read_write" }}
  buckets   = {{ content = "read_write" }}
}}
"""


def write_environment(folder: Path, services: int) -> Path:
    """Write `prod.hcl` with this many further services, and its account file, into the folder; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    own = ENVIRONMENT.read_text(encoding="utf-8")
    generated = "".join(_SERVICE.format(number=number) for number in range(services))
    (folder / "prod.hcl").write_text(own + generated, encoding="utf-8")
    (folder / "accounts").mkdir(exist_ok=True)
    shutil.copy(ACCOUNT, folder / "accounts")
    return folder
