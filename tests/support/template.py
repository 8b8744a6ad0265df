"""Assertions on a synthesized stack."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Template:
    """A stack's `cdk.tf.json`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.json: dict[str, Any] = json.loads((folder / "cdk.tf.json").read_text())

    def resources(self, kind: str) -> Mapping[str, dict[str, Any]]:
        """Return the resources of a type by name, without CDKTF's own metadata."""
        found = self.json.get("resource", {}).get(kind, {})
        return {name: {key: value for key, value in block.items() if key != "//"} for name, block in found.items()}

    def resource(self, address: str) -> dict[str, Any]:
        """Return the resource with this address; otherwise fail with the addresses of its type."""
        kind, name = address.split(".")
        found = self.resources(kind)
        assert name in found, f"no {address}; there are {sorted(found)}"
        return found[name]

    def only(self, kind: str) -> dict[str, Any]:
        """Return the only resource of this type."""
        found = self.resources(kind)
        assert len(found) == 1, f"{len(found)} of {kind}: {sorted(found)}"
        return next(iter(found.values()))

    def policy(self, address: str) -> list[dict[str, Any]]:
        """Return the statements of the resource's policy."""
        statements = json.loads(self.resource(address)["policy"])["Statement"]
        assert isinstance(statements, list)
        return statements

    def only_policy(self, kind: str, name: str) -> str:
        """Return the resource's policy as it is sent to AWS."""
        return str(self.resource(f"{kind}.{name}")["policy"])
