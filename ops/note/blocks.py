"""The block of a file that a resource belongs to, by the resource's address.

An address begins with the block's word and label: `aws_ecs_service.service_api` belongs to `service "api"`, and so does
`aws_cloudwatch_log_group.foundation_service_api_log_group`, which the foundation created for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from modules.hcl.reading import Document, shape_of, written

#: Words before the block's own: what a block creates with the means of another module or block.
_BEFORE = ("certificate", "ecs", "foundation", "function", "queue", "stream", "topic")
#: Other beginnings of addresses, each with the blocks that it can belong to.
_OTHER_NAMES = {
    "alarm": ("alarms", "notify"),
    "topic_alarms": ("alarms", "notify"),
    "account_external_access": ("access_analyzer",),
    "account_config": ("config",),
    "account_guardduty": ("guardduty",),
    "account_security_hub": ("security_hub",),
    "account_trail": ("trail",),
    "account": ("defaults",),
    "delivery_state": ("state",),
    "delivery": ("pipeline",),
    "foundation_vpc_flow_logs": ("network",),
}
#: The address of a target group begins with the service, `target_group_api_public`, or for a function with the load
#: balancer, `target_group_public_maintenance`.
_TARGET_GROUP = "target_group_"
_OF_TARGET_GROUPS = ("service_", "load_balancer_")
NO_BLOCK = "resources that belong to no single block"
REMOVED = "resources of blocks that the file no longer has"

Location = tuple[str, ...]


@dataclass(frozen=True, order=True)
class Block:
    """A block of a file, or the resources that belong to none."""

    line: int
    """The line of the block; 0 if there is no block."""
    title: str
    """For example `service "api"`."""


class Blocks:
    """The blocks of a file, as found by the addresses of their resources."""

    def __init__(self, document: Document | None, model: type[BaseModel]) -> None:
        self._document = document
        self._beginnings = dict(_beginnings(document, model)) if document else {}

    def of(self, address: str, *, is_gone: bool = False) -> Block:
        """Return the block of a resource. The block of a resource that is deleted may be gone, too."""
        location = self._location(address.partition(".")[2].partition("[")[0])
        if location is None or self._document is None:
            return Block(0, REMOVED if is_gone else NO_BLOCK)
        kind, *label = location
        return Block(self._document.line(location), f'{kind} "{label[0]}"' if label else kind)

    def _location(self, name: str) -> Location | None:
        for beginning, kinds in _OTHER_NAMES.items():
            if _begins(name, beginning):
                return next((self._beginnings[kind] for kind in kinds if kind in self._beginnings), None)
        if name.startswith(_TARGET_GROUP):
            names = [word + name.removeprefix(_TARGET_GROUP) for word in _OF_TARGET_GROUPS]
            return next(filter(None, map(self._location, names)), None)
        found = [beginning for beginning in self._beginnings if _begins(name, beginning)]
        if found:
            return self._beginnings[max(found, key=len)]
        first, _, rest = name.partition("_")
        return self._location(rest) if first in _BEFORE and rest else None


def _beginnings(document: Document, model: type[BaseModel]) -> Iterator[tuple[str, Location]]:
    """Yield the beginning of the addresses of each block in the file, and the block's location."""
    for kind, info in written(model).items():
        shape = shape_of(info).kind
        if shape == "labelled":
            for label in document.values.get(kind, {}):
                yield f"{kind}_{label}".replace("-", "_"), (kind, label)
        elif shape == "block" and kind in document.values:
            yield kind, (kind,)


def _begins(name: str, beginning: str) -> bool:
    return f"{name}_".startswith(f"{beginning}_")
