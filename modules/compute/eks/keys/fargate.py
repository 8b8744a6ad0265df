"""The `fargate` blocks of a cluster."""

from collections.abc import Iterator

from pydantic import Field, model_validator

from modules.compute.eks.keys.kubernetes import LabelKey, LabelValue
from modules.compute.task.keys.sizes import is_fargate_size, nearest_sizes
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label, Settings
from modules.network.vpc.settings import ZoneLetter

#: [Understand Fargate Pod configuration details, Pod CPU and memory]
#: (https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html): MiB that EKS adds to each pod's
#: request, for the kubelet and other Kubernetes components.
RESERVED_MIB = 256


class SelectorSettings(Settings):
    """A `selector` block: the pods that run on a Fargate profile."""

    namespace: str = Field(
        pattern=r"^[a-z0-9*?]([a-z0-9*?-]{0,61}[a-z0-9*?])?$",
        examples=["batch"],
        description="The namespace of the pods, with the wildcards * and ?.",
    )
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, max_length=5, description="Labels that a pod must have, all of them."
    )

    @model_validator(mode="after")
    def _rules(self) -> "SelectorSettings":
        raise_findings(left_empty(self, {"labels": "every pod of the namespace"}))
        return self


class PodSettings(Settings):
    """A `pod` block: the resource requests of one kind of pod: the sums for all of its containers."""

    cpu: int = Field(gt=0, examples=[512], description="CPU units; 1024 is one vCPU.")
    memory: int = Field(
        gt=0,
        examples=[768],
        description=f"Memory in MiB. EKS adds {RESERVED_MIB} MiB for Kubernetes components, so request that much less.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "PodSettings":
        """Reject requests that EKS would round up: the next size is charged, and the pod cannot use the difference."""
        needed = self.memory + RESERVED_MIB
        if not is_fargate_size(self.cpu, needed):
            sizes = " or ".join(f"cpu = {cpu}, memory = {mib - RESERVED_MIB}" for cpu, mib in self._nearest)
            rule = f"plus the {RESERVED_MIB} that EKS adds is not a Fargate size with cpu = {self.cpu}"
            raise_findings([Finding(("memory",), self.memory, rule, f"write {sizes}")])
        return self

    @property
    def _nearest(self) -> list[tuple[int, int]]:
        return nearest_sizes(self.cpu, self.memory + RESERVED_MIB)


class FargateProfileSettings(Settings):
    """A `fargate` block: a Fargate profile, whose pods run without nodes, in the app subnets."""

    selector: tuple[SelectorSettings, ...] = Field(
        min_length=1,
        max_length=5,
        description="The pods of the profile: those that match any of up to five selectors. A change of selectors or "
        "zones replaces the profile, and EKS restarts all of its pods at once.",
    )
    max_pods: int = Field(
        ge=1,
        examples=[20],
        description="The maximum number of pods, to plan IP addresses: each pod uses one. AWS does not enforce it.",
    )
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=(),
        examples=[["a", "c"]],
        description="Availability Zones of the pods; by default all of the network's.",
    )
    pod: dict[Label, PodSettings] = Field(
        default_factory=dict,
        description="Resource requests of the pods, by name. Sizes that Fargate does not offer are invalid.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "FargateProfileSettings":
        zones = left_empty(self, {"availability_zones": "all of the network's zones"})
        raise_findings([*zones, *named_twice(self, "availability_zones"), *self._selector_findings()])
        return self

    def _selector_findings(self) -> Iterator[Finding]:
        for number, selector in enumerate(self.selector):
            if selector in self.selector[:number]:
                yield Finding(("selector", str(number)), None, "is the same as an earlier one", "remove one of them")

    def selectors_for(self, namespace: str) -> Iterator[SelectorSettings]:
        """Yield the selectors for pods of the namespace, regardless of labels."""
        return (each for each in self.selector if each.namespace in (namespace, "*"))
