"""The `managed` and `self_managed` blocks of a cluster: its node groups."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.autoscaling.settings.scaling import ScalingSettings
from modules.compute.eks.keys.kubernetes import LabelKey, LabelValue
from modules.compute.eks.keys.pods import NETWORK_LIMITS, NetworkLimits, addresses_of_node, max_pods, nearest_types
from modules.compute.eks.keys.scaling import scaling_findings
from modules.compute.keys.instance_types import VOLUME_LIMIT_GIB, Architecture, InstanceType, architecture_of
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Settings, TieredSettings
from modules.network.vpc.settings import ZoneLetter

#: [Create nodes with optimized Amazon Linux AMIs]
#: (https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-ami.html): the size of the root volume.
LEAST_VOLUME_GIB = 20
#: Label prefixes that EKS rejects for managed node groups ("Label cannot contain reserved prefixes") and that a kubelet
#: may not set: [Using Node Authorization, NodeRestriction]
#: (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction).
RESERVED_DOMAINS = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")


def is_in(domain: str, domains: Iterable[str]) -> bool:
    """Return whether the domain is one of these or a subdomain."""
    return any(domain == each or domain.endswith(f".{each}") for each in domains)


def _known_type(value: str) -> str:
    if value not in NETWORK_LIMITS:
        raise broken_rule(
            "is not in the table of network limits, which is needed to calculate pod addresses",
            f"write one of {', '.join(nearest_types(value) or ['m7g.large', 'm7i.large'])}, or add it to "
            "NETWORK_LIMITS in modules/compute/eks/keys/pods.py from `aws ec2 describe-instance-types`",
        )
    return value


NodeType = Annotated[InstanceType, AfterValidator(_known_type)]


class TaintSettings(Settings):
    """A `taint` block: keeps pods without a matching toleration off the nodes."""

    key: LabelKey = Field(examples=["dedicated"], description="The key of the taint.")
    value: LabelValue = Field(default="", examples=["batch"], description="The value of the taint.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(
        default="NoSchedule",
        description="What happens to pods that do not tolerate the taint. NoSchedule: they are not scheduled on the "
        "nodes. PreferNoSchedule: only if necessary. NoExecute: running pods are also evicted.",
    )


class NodesSettings(TieredSettings):
    """The keys that managed and self-managed node groups share."""

    renamed: ClassVar[Mapping[str, str]] = {"volume_size_gib": "volume_size"}

    min_size: int | None = Field(default=None, ge=0, examples=[2], description="The minimum number of nodes.")
    max_size: int | None = Field(
        default=None,
        ge=1,
        examples=[6],
        description="The maximum number of nodes. The app subnets must have enough addresses for their pods.",
    )
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=(),
        examples=[["a", "c"]],
        description="Availability Zones of the nodes; by default all of the network's.",
    )
    volume_size: int = Field(
        default=50,
        ge=LEAST_VOLUME_GIB,
        le=VOLUME_LIMIT_GIB,
        description="Size in GiB of each node's encrypted gp3 volume, for the system, images, logs, and data that pods "
        "write.",
    )
    max_pods: int | None = Field(
        default=None,
        ge=1,
        description="The maximum number of pods per node, if lower than AWS's recommendation. Fewer pods use fewer IP "
        "addresses.",
    )
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict,
        examples=[{"workload": "general"}],
        description="Kubernetes labels of the nodes, which pods can select.",
    )
    taint: tuple[TaintSettings, ...] = Field(
        default=(), description="Taints, which keep pods off the nodes that do not tolerate them."
    )
    scaling: ScalingSettings | None = Field(
        default=None,
        description="Scaling of the number of nodes by CPU utilization and by schedule. Without it, the Cluster "
        "Autoscaler can scale between min_size and max_size.",
    )

    own_domains: ClassVar[tuple[str, ...]] = ()
    """Exceptions to the reserved domains: labels in these are allowed."""

    @property
    @abstractmethod
    def types(self) -> tuple[str, ...]:
        """The instance types."""

    @property
    def architecture(self) -> Architecture:
        """The CPU architecture, the same for all types."""
        architecture = architecture_of(self.types[0])
        assert architecture is not None, "the validator of the type checks this"
        return architecture

    @property
    def bounds(self) -> tuple[int, int]:
        """The minimum and the maximum number of nodes."""
        if self.scaling:
            return self.scaling.min_capacity, self.most
        return self.min_size or 0, self.most

    @property
    def most(self) -> int:
        """The maximum number of nodes at any time, including schedules."""
        return self.scaling.most if self.scaling else self.max_size or 0

    @property
    def pods(self) -> int:
        """The maximum number of pods per node that every type supports."""
        return min(filter(None, [self.max_pods, *(max_pods(limits) for limits in self._limits)]))

    @property
    def addresses(self) -> int:
        """The maximum number of subnet addresses that a node of any type uses."""
        return max(addresses_of_node(limits, self.pods) for limits in self._limits)

    @property
    def addresses_of_first_pod(self) -> int:
        """The number of subnet addresses that a node with its first pods uses."""
        return max(addresses_of_node(limits, 1) for limits in self._limits)

    def extra_nodes(self, most_in_zone: int) -> int:
        """Return how many nodes a zone has in addition to `most_in_zone` during a replacement."""
        del most_in_zone
        return 0

    def node_findings(self) -> Iterator[Finding]:
        """Yield the problems of the node group by itself."""
        yield from self._size_findings()
        yield from self._label_findings()
        yield from self._taint_findings()
        yield from left_empty(self, {"availability_zones": "all of the network's zones"})
        yield from named_twice(self, "availability_zones")
        rule = max_pods(min(self._limits, key=max_pods))
        if self.max_pods is not None and self.max_pods > rule:
            broken = f"is more than {rule}, which AWS recommends for {', '.join(self.types)}"
            yield Finding(("max_pods",), self.max_pods, broken, f"write {rule} or less, or remove it")
        if self.scaling:
            for finding in scaling_findings(self.scaling):
                yield finding.under("scaling")

    @property
    def _limits(self) -> list[NetworkLimits]:
        return [NETWORK_LIMITS[each] for each in self.types]

    def _label_findings(self) -> Iterator[Finding]:
        for key in self.labels:
            domain = key.rpartition("/")[0]
            if is_in(domain, RESERVED_DOMAINS) and not is_in(domain, self.own_domains):
                rule = f"is in {domain}, which Kubernetes and EKS reserve: no node would join"
                remedy = f'write "{key.rpartition("/")[2]}", or use your own domain'
                yield Finding(("labels", key), None, rule, remedy)

    def _taint_findings(self) -> Iterator[Finding]:
        """Yield duplicate taints.

        [Taints and Tolerations](https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/): a node
        has one taint of each key and effect.
        """
        first: dict[tuple[str, str], int] = {}
        for number, taint in enumerate(self.taint):
            if first.setdefault((taint.key, taint.effect), number) != number:
                rule = f"already has a taint with the effect {taint.effect}"
                yield Finding(("taint", str(number), "key"), taint.key, rule, "remove one of them")

    def _size_findings(self) -> Iterator[Finding]:
        for key in ("min_size", "max_size"):
            value = getattr(self, key)
            if self.scaling and value is not None:
                rule = "conflicts with the scaling block"
                yield Finding((key,), value, rule, "remove it, or remove the scaling block")
            elif not self.scaling and value is None:
                yield Finding((), None, f"has no {key}", f"write {key}, or a scaling block")
        fewest, most = self.bounds
        if not self.scaling and self.max_size is not None and fewest > most:
            yield Finding(("min_size",), fewest, f"is more than max_size = {most}", f"write {most} or less")
        if self.is_production and self.availability_zones and len(set(self.availability_zones)) < 2:
            rule = "is not allowed in production: a failure of one Availability Zone would stop all nodes of the group"
            yield Finding(("availability_zones",), list(self.availability_zones), rule, 'name two or more, ["a", "c"]')


class ManagedSettings(NodesSettings):
    """A `managed` block: a managed node group, whose nodes EKS starts, drains, and replaces."""

    renamed: ClassVar[Mapping[str, str]] = {
        **NodesSettings.renamed,
        "max_unavailable_percent": "max_unavailable_percentage",
    }

    instance_types: tuple[NodeType, ...] = Field(
        max_length=20,
        examples=[["m7g.large"]],
        description="Instance types of the nodes, in order of preference; for Spot, several of similar size. A change "
        "of instance types, capacity, or zones replaces the group: a new group of the same size starts "
        "first, then the old group is drained.",
    )
    capacity: Literal["on_demand", "spot"] = Field(
        default="on_demand",
        description="The capacity type. spot costs a third or less, and AWS can interrupt nodes with two minutes' "
        "notice.",
    )
    release_version: str | None = Field(
        default=None,
        pattern=r"^1\.\d{2}\.\d+-\d{8}$",
        examples=["1.36.2-20260709"],
        description="The release of the AMI; by default the latest one on the day that the group is created. It "
        "changes only if this key or the version of the cluster changes.",
    )
    max_unavailable_percentage: int = Field(
        default=33, ge=1, le=100, description="Percentage of the nodes that an update replaces at once."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ManagedSettings":
        raise_findings(self._type_findings())
        raise_findings(self.node_findings())
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """The instance types."""
        return self.instance_types

    def extra_nodes(self, most_in_zone: int) -> int:
        """Return how many nodes a zone has in addition to `most_in_zone` during a replacement.

        An update starts up to twice as many nodes as there are zones ([Understand each phase of node updates, Scale up
        phase](https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html)); a group that
        replaces this one starts with as many nodes.
        """
        return max(2, most_in_zone)

    def _type_findings(self) -> Iterator[Finding]:
        yield from named_twice(self, "instance_types")
        if not self.instance_types:
            yield Finding(("instance_types",), [], "is empty", 'write one or more, ["m7g.large"]')
        architectures = sorted({str(architecture_of(each)) for each in self.instance_types})
        if len(architectures) > 1:
            rule = f"mixes {' and '.join(architectures)}, and a node group has one AMI"
            yield Finding(("instance_types",), list(self.instance_types), rule, "write a group for each architecture")


class SelfManagedSettings(NodesSettings):
    """A `self_managed` block: an Auto Scaling group of nodes, for an AMI or a setting that EKS does not manage.

    Its nodes are not drained: pods end when the group terminates a node.
    """

    instance_type: NodeType = Field(examples=["m7g.large"], description="The instance type of the nodes.")
    ami_id: str | None = Field(
        default=None,
        pattern=r"^ami-[0-9a-f]{8,17}$",
        description="The AMI. By default, each new node starts from the latest EKS optimized Amazon Linux 2023 AMI, "
        "and running nodes keep theirs.",
    )
    instance_refresh: bool = Field(
        default=False,
        description="Whether a change of instance type, AMI, or version gradually replaces the running nodes. "
        "Otherwise, the change applies to new nodes only.",
    )

    own_domains: ClassVar[tuple[str, ...]] = ("node.kubernetes.io", "kubelet.kubernetes.io")

    @model_validator(mode="after")
    def _rules(self) -> "SelfManagedSettings":
        raise_findings(self.node_findings())
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """The one instance type."""
        return (self.instance_type,)
