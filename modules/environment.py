"""Environment: its own keys, and the blocks of all modules."""

import datetime
import inspect
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import model_validator
from pydantic.fields import FieldInfo

from modules.access import checks as access
from modules.compute import checks as compute
from modules.data import checks as data
from modules.delivery import checks as delivery
from modules.delivery.blocks import DeliveryBlocks
from modules.edge import checks as edge
from modules.events import checks as events
from modules.foundation.blocks import EnvironmentKeys
from modules.foundation.checks import ambiguous_labels
from modules.foundation.names import ACCOUNT, Names
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Tier
from modules.foundation.tags import tag_findings
from modules.foundation.versions import VersionInUse
from modules.hcl.reading import pass_tier, shape_of, written
from modules.network import checks as network
from modules.observability import checks as observability


def blocks_of_modules() -> dict[str, type[EnvironmentKeys]]:
    """Return the class with the blocks of each module, from the lowest module up; each has those of the lower ones."""
    classes = [base for base in reversed(Environment.__mro__) if issubclass(base, EnvironmentKeys)]
    return {each.__module__.split(".")[1]: each for each in classes if each not in (EnvironmentKeys, Environment)}


def own_blocks(blocks: type[EnvironmentKeys]) -> dict[str, FieldInfo]:
    """Return the blocks of one module, without those of the modules below it."""
    return {name: info for name, info in written(blocks).items() if name in inspect.get_annotations(blocks)}


class Environment(DeliveryBlocks):
    """One environment: the content of an environment file, named after the file.

    Each module contributes its own blocks.
    """

    @model_validator(mode="before")
    @classmethod
    def _pass_tier(cls, values: Any) -> Any:
        """Pass the tier to the blocks whose defaults and rules depend on it."""
        # An invalid tier is reported separately, and no block could use it.
        if not isinstance(values, Mapping) or values.get("tier") not in get_args(Tier):
            return values
        return pass_tier(cls, values, {"tier": values["tier"]})

    @model_validator(mode="after")
    def _check_modules(self) -> "Environment":
        """Check what the blocks of a module require of each other and of lower modules."""
        raise_findings(
            [
                *tag_findings(self.tags),
                *self._ambiguous_labels(),
                *network.findings(self),
                *access.findings(self),
                *data.findings(self),
                *events.findings(self),
                *compute.findings(self),
                *edge.findings(self),
                *observability.findings(self),
                *delivery.findings(self),
            ]
        )
        return self

    def _ambiguous_labels(self) -> Iterator[Finding]:
        for kind, info in written(type(self)).items():
            if shape_of(info).kind == "labelled":
                yield from ambiguous_labels(kind, getattr(self, kind))

    def warnings(self, today: datetime.date) -> Iterator[Finding]:
        """Yield warnings about settings that are allowed, as of this date."""
        yield from network.warnings(self)
        yield from data.warnings(self)
        yield from events.warnings(self, today)
        yield from compute.warnings(self, today)
        yield from edge.warnings(self)
        yield from observability.warnings(self)
        for version in self.versions():
            yield from version.warnings(today)

    def versions(self) -> Iterator[VersionInUse]:
        """Yield the versions of AWS services that the environment names, each with its key."""
        yield from data.versions(self)
        yield from events.versions(self)
        yield from compute.versions(self)

    @property
    def account_names(self) -> Names:
        """The names of resources that the environment's account has only one of."""
        return Names(self.product, ACCOUNT, self.account_id, self.state_region)

    @property
    def state_key(self) -> str:
        """The object key of the state in the state bucket."""
        return self.state.key or f"{self.product}/{self.name}/terraform.tfstate"

    @property
    def state_region(self) -> str:
        """The Region of the state bucket."""
        return self.state.region or self.region
