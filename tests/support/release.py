"""What a test writes beside a stack to take it down again: protection off, by a Terraform override file."""

import json
from pathlib import Path
from typing import Any

RELEASE_FILE = "zz_release_override.tf.json"


def release(folder: Path) -> None:
    """Let Terraform destroy what the stack protects."""
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
                    # A user pool says it in a word.
                    override[protection] = "INACTIVE" if isinstance(block[protection], str) else False
            if override:
                resources.setdefault(kind, {})[name] = override
    (folder / RELEASE_FILE).write_text(json.dumps({"resource": resources} if resources else {}))
