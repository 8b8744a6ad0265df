"""A Terraform override file that turns off a stack's protections, so that a test can destroy it."""

import json
from pathlib import Path
from typing import Any

RELEASE_FILE = "zz_release_override.tf.json"


def release(folder: Path) -> None:
    """Turn off the protections of the stack in this folder."""
    synthesized = json.loads((folder / "cdk.tf.json").read_text())
    resources: dict[str, dict[str, Any]] = {}
    for kind, named in synthesized.get("resource", {}).items():
        for name, block in named.items():
            override: dict[str, Any] = {}
            if block.get("lifecycle", {}).get("prevent_destroy"):
                override["lifecycle"] = {"prevent_destroy": False}
            if kind in ("aws_s3_bucket", "aws_backup_vault"):
                override["force_destroy"] = True
            for protection in ("deletion_protection", "enable_deletion_protection"):
                if block.get(protection) in (True, "ACTIVE"):
                    # A user pool has a string instead of a Boolean.
                    override[protection] = "INACTIVE" if isinstance(block[protection], str) else False
            if override:
                resources.setdefault(kind, {})[name] = override
    (folder / RELEASE_FILE).write_text(json.dumps({"resource": resources} if resources else {}))
