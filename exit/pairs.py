"""The pairs of library and AWS bindings to which Groundwork could move, each with its lock file.

The versions here and in `<name>.txt` are the same; `<name>.lock` is made from that file (docs/exit.md).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """A library, the bindings generated for it, and the names under which Python imports them."""

    name: str
    library: str
    library_version: str
    bindings: str
    bindings_version: str
    provider: str
    """The release of the AWS provider from which the bindings are generated."""

    @property
    def lock(self) -> str:
        """The path of the lock file in the project."""
        return f"exit/{self.name}.lock"

    @property
    def package(self) -> str:
        """The name under which Python imports the bindings."""
        return self.bindings.replace("-", "_")

    def __str__(self) -> str:
        return (
            f"{self.library} {self.library_version} with {self.bindings} {self.bindings_version} (AWS {self.provider})"
        )


PAIRS = (
    # The fork, CDK Terrain.
    Pair("cdktn", "cdktn", "0.24.0", "cdktn-provider-aws", "25.8.1", "6.69.1"),
    # The archived library, with the last bindings that were published for it.
    Pair("cdktf", "cdktf", "0.21.0", "cdktf-cdktf-provider-aws", "21.22.1", "6.25.0"),
)
