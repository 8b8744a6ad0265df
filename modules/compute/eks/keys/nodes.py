"""The `managed` and `self_managed` blocks of a cluster: nodes, by EKS's hand or by ours."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.autoscaling.settings.scaling import ScalingSettings
from modules.compute.eks.keys.kubernetes import LabelKey, LabelValue
from modules.compute.eks.keys.pods import NETWORK_LIMITS, NetworkLimits, addresses_of_node, max_pods, nearest_types
from modules.compute.eks.keys.scaling import scaling_findings
from modules.compute.keys.instance_types import VOLUME_LIMIT_GIB, Architecture, InstanceType, architecture_of
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Settings, TieredSettings
from modules.network.vpc.settings import ZoneLetter

#: "Amazon EKS optimized Amazon Linux AMIs": the root volume of AWS's own image.
LEAST_VOLUME_GIB = 20
#: What EKS refuses in the labels of a managed group, "Label cannot contain reserved prefixes", and what a kubelet does
#: not start with: [Using Node Authorization, NodeRestriction]
#: (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction).
RESERVED_DOMAINS = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")


def is_in(domain: str, domains: Iterable[str]) -> bool:
    """Return whether the domain is one of these, or below one."""
    return any(domain == each or domain.endswith(f".{each}") for each in domains)


def _known_type(value: str) -> str:
    if value not in NETWORK_LIMITS:
        raise broken_rule(
            "is not in the table of what networks take, without which pod addresses cannot be summed",
            f"write one of {', '.join(nearest_types(value) or ['m7g.large', 'm7i.large'])}, or add it to "
            "NETWORK_LIMITS in modules/compute/eks/keys/pods.py from `aws ec2 describe-instance-types`",
        )
    return value


NodeType = Annotated[InstanceType, AfterValidator(_known_type)]


class TaintSettings(Settings):
    """A `taint` block: which pods do not come here unless they tolerate it."""

    key: LabelKey = Field(examples=["dedicated"], description="What pods tolerate.")
    value: LabelValue = Field(default="", examples=["batch"], description="Its value.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(
        default="NoSchedule", description="Whether others are kept away, rather kept away, or driven out as well."
    )


class NodesSettings(TieredSettings):
    """What both kinds of groups say of their nodes."""

    min_size: int | None = Field(default=None, ge=0, examples=[2], description="Nodes that always run.")
    max_size: int | None = Field(
        default=None, ge=1, examples=[6], description="The most nodes; their pods' addresses must fit the app subnets."
    )
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=(), examples=[["a", "c"]], description="Zones of the nodes; by default all of the network's."
    )
    volume_size_gib: int = Field(
        default=50,
        ge=LEAST_VOLUME_GIB,
        le=VOLUME_LIMIT_GIB,
        description="GiB of each node's encrypted gp3 volume: the system, images, logs and what pods write.",
    )
    max_pods: int | None = Field(
        default=None, ge=1, description="Pods a node, where fewer than AWS's rule gives; fewer take fewer addresses."
    )
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, examples=[{"workload": "general"}], description="Labels that pods choose nodes by."
    )
    taint: tuple[TaintSettings, ...] = Field(default=(), description="What keeps pods away that do not tolerate it.")
    scaling: ScalingSettings | None = Field(
        default=None,
        description="How many nodes, by their processors and by the clock. Without it the Cluster Autoscaler may, "
        "between min_size and max_size.",
    )

    own_domains: ClassVar[tuple[str, ...]] = ()
    """Those of the reserved domains whose labels a group may give its nodes."""

    @property
    @abstractmethod
    def types(self) -> tuple[str, ...]:
        """The instance types."""

    @property
    def architecture(self) -> Architecture:
        """The processors' architecture, of all types alike."""
        architecture = architecture_of(self.types[0])
        assert architecture is not None, "the type is checked"
        return architecture

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most nodes."""
        if self.scaling:
            return self.scaling.min_capacity, self.most
        return self.min_size or 0, self.most

    @property
    def most(self) -> int:
        """The most nodes at any time, schedules included."""
        return self.scaling.most if self.scaling else self.max_size or 0

    @property
    def pods(self) -> int:
        """Pods a node: what each of the types takes."""
        return min(filter(None, [self.max_pods, *(max_pods(limits) for limits in self._limits)]))

    @property
    def addresses(self) -> int:
        """Addresses of its subnet that a node takes at most, of whichever type."""
        return max(addresses_of_node(limits, self.pods) for limits in self._limits)

    @property
    def addresses_of_first_pod(self) -> int:
        """Addresses that a node takes with a pod or two."""
        return max(addresses_of_node(limits, 1) for limits in self._limits)

    def extra_nodes(self, most_in_zone: int) -> int:
        """Return how many nodes a zone has for a time beside `most_in_zone`, while they are replaced."""
        del most_in_zone
        return 0

    def node_findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the group by itself."""
        yield from self._size_findings()
        yield from self._label_findings()
        yield from self._taint_findings()
        yield from left_empty(self, {"availability_zones": "all of the network's zones"})
        yield from named_twice(self, "availability_zones")
        rule = max_pods(min(self._limits, key=max_pods))
        if self.max_pods is not None and self.max_pods > rule:
            at, what = ("max_pods",), f"is more than {rule}, what AWS's rule gives for {', '.join(self.types)}"
            yield Finding(at, self.max_pods, what, f"write {rule} or less, or take it out")
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
                rule = f"is in {domain}, which Kubernetes and EKS keep for themselves: no node would come"
                yield Finding(("labels", key), None, rule, f'write "{key.rpartition("/")[2]}", or a domain of your own')

    def _taint_findings(self) -> Iterator[Finding]:
        """Yield a taint that is there twice.

        [Taints and Tolerations](https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/): a node
        has one of each key and effect.
        """
        first: dict[tuple[str, str], int] = {}
        for number, taint in enumerate(self.taint):
            if first.setdefault((taint.key, taint.effect), number) != number:
                rule = f"is there with the effect {taint.effect} already, and a node has a taint once"
                yield Finding(("taint", str(number), "key"), taint.key, rule, "take one of them out")

    def _size_findings(self) -> Iterator[Finding]:
        for key in ("min_size", "max_size"):
            value = getattr(self, key)
            if self.scaling and value is not None:
                yield Finding((key,), value, "is what scaling decides", "take it out, or the scaling block")
            elif not self.scaling and value is None:
                yield Finding((), None, f"says no {key}", f"write {key}, or a scaling block")
        fewest, most = self.bounds
        if not self.scaling and self.max_size is not None and fewest > most:
            yield Finding(("min_size",), fewest, f"is more than max_size = {most}", "write as many, or fewer")
        if self.is_production and self.availability_zones and len(set(self.availability_zones)) < 2:
            rule = "is refused in production: one zone's failure would be ours"
            yield Finding(("availability_zones",), list(self.availability_zones), rule, 'name two or more, ["a", "c"]')


class ManagedSettings(NodesSettings):
    """A `managed` block: nodes that EKS starts, drains and replaces."""

    instance_types: tuple[NodeType, ...] = Field(
        max_length=20,
        examples=[["m7g.large"]],
        description="Types of the nodes, the first rather than the next; several of alike size for Spot. With other "
        "types, another capacity or other zones a new group takes its place, with as many nodes, and this one "
        "is drained then.",
    )
    capacity: Literal["on_demand", "spot"] = Field(
        default="on_demand",
        description="spot costs a third or less, and AWS takes nodes back with two minutes' notice.",
    )
    release_version: str | None = Field(
        default=None,
        pattern=r"^1\.\d{2}\.\d+-\d{8}$",
        examples=["1.36.2-20260709"],
        description="The image's release; by default AWS's newest on the day that the group is made. Either way it "
        "stays until it, or the cluster's version, is changed here.",
    )
    max_unavailable_percent: int = Field(
        default=33, ge=1, le=100, description="Percent of the nodes that an update replaces at once."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ManagedSettings":
        refuse(self._type_findings())
        refuse(self.node_findings())
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """The instance types."""
        return self.instance_types

    def extra_nodes(self, most_in_zone: int) -> int:
        """Return how many nodes a zone has for a time beside `most_in_zone`, while they are replaced.

        An update starts up to twice the number of zones ("Understand each phase of node updates, Scale up phase"); a
        group that takes this one's place begins with as many nodes.
        """
        return max(2, most_in_zone)

    def _type_findings(self) -> Iterator[Finding]:
        yield from named_twice(self, "instance_types")
        if not self.instance_types:
            yield Finding(("instance_types",), [], "names none", 'write one or more, ["m7g.large"]')
        architectures = sorted({str(architecture_of(each)) for each in self.instance_types})
        if len(architectures) > 1:
            rule = f"mixes {' and '.join(architectures)}, and a group has one image"
            yield Finding(("instance_types",), list(self.instance_types), rule, "write a group for each")


class SelfManagedSettings(NodesSettings):
    """A `self_managed` block: an autoscaling group of our own, for an image or a setting that EKS does not manage.

    Nobody drains its nodes: pods end when the group ends a node.
    """

    instance_type: NodeType = Field(examples=["m7g.large"], description="The size of every node.")
    ami_id: str | None = Field(
        default=None,
        pattern=r"^ami-[0-9a-f]{8,17}$",
        description="An image that stays until it is changed here. By default each new node starts from AWS's newest "
        "for EKS on Amazon Linux 2023, and those that run are left alone.",
    )
    instance_refresh: bool = Field(
        default=False,
        description="Whether a change of type, image or version replaces the nodes that run, one after another; "
        "otherwise new ones have it.",
    )

    own_domains: ClassVar[tuple[str, ...]] = ("node.kubernetes.io", "kubelet.kubernetes.io")

    @model_validator(mode="after")
    def _rules(self) -> "SelfManagedSettings":
        refuse(self.node_findings())
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """The instance type, as the one of several."""
        return (self.instance_type,)
