"""The `fargate` blocks of a cluster: pods without nodes."""

from collections.abc import Iterator

from pydantic import Field, model_validator

from modules.compute.eks.keys.kubernetes import LabelKey, LabelValue
from modules.compute.task.keys.sizes import is_fargate_size, nearest_sizes
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Label, Settings
from modules.network.vpc.settings import ZoneLetter

#: "AWS Fargate pod configuration, Pod CPU and memory": MiB for the kubelet and its like, added to each pod's request.
RESERVED_MIB = 256


class SelectorSettings(Settings):
    """A `selector` block: which pods a Fargate profile takes."""

    namespace: str = Field(
        pattern=r"^[a-z0-9*?]([a-z0-9*?-]{0,61}[a-z0-9*?])?$",
        examples=["batch"],
        description="Of the pods; * and ? stand for other letters.",
    )
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, max_length=5, description="Labels that a pod has to bear, all of them."
    )

    @model_validator(mode="after")
    def _rules(self) -> "SelectorSettings":
        refuse(left_empty(self, {"labels": "every pod of the namespace"}))
        return self


class PodSettings(Settings):
    """A `pod` block: what one kind of pod asks of Kubernetes, all its containers together."""

    cpu: int = Field(gt=0, examples=[512], description="Units, 1024 to a vCPU.")
    memory: int = Field(
        gt=0, examples=[768], description=f"MiB. EKS adds {RESERVED_MIB} of its own: ask for that much less."
    )

    @model_validator(mode="after")
    def _rules(self) -> "PodSettings":
        """Refuse what EKS would round up: the next size is paid for, and the pod may not use the rest."""
        needed = self.memory + RESERVED_MIB
        if not is_fargate_size(self.cpu, needed):
            sizes = " or ".join(f"cpu = {cpu}, memory = {mib - RESERVED_MIB}" for cpu, mib in self._nearest)
            rule = f"and {RESERVED_MIB} of EKS's own, with cpu = {self.cpu}, is no size of Fargate"
            refuse([Finding(("memory",), self.memory, rule, f"write {sizes}")])
        return self

    @property
    def _nearest(self) -> list[tuple[int, int]]:
        return nearest_sizes(self.cpu, self.memory + RESERVED_MIB)


class FargateProfileSettings(Settings):
    """A `fargate` block: pods on machines of AWS's, each with its own, in the app subnets and never in public ones."""

    selector: tuple[SelectorSettings, ...] = Field(
        min_length=1,
        max_length=5,
        description="Which pods: those that any of up to five selectors takes. With other selectors or zones a new "
        "profile takes this one's place, and EKS restarts the pods all at once.",
    )
    max_pods: int = Field(
        ge=1, examples=[20], description="How many there may be: each takes an address, and nothing in AWS bounds them."
    )
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=(), examples=[["a", "c"]], description="Zones of the pods; by default all of the network's."
    )
    pod: dict[Label, PodSettings] = Field(
        default_factory=dict, description="What pods ask for, by name; sizes that Fargate does not have are refused."
    )

    @model_validator(mode="after")
    def _rules(self) -> "FargateProfileSettings":
        zones = left_empty(self, {"availability_zones": "all of the network's zones"})
        refuse([*zones, *named_twice(self, "availability_zones"), *self._selector_findings()])
        return self

    def _selector_findings(self) -> Iterator[Finding]:
        for number, selector in enumerate(self.selector):
            if selector in self.selector[:number]:
                yield Finding(("selector", str(number)), None, "is there already", "take one of them out")

    def takes(self, namespace: str) -> Iterator[SelectorSettings]:
        """Yield the selectors that take pods of the namespace, whatever their labels."""
        return (each for each in self.selector if each.namespace in (namespace, "*"))
