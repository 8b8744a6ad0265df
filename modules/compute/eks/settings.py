"""The `eks` blocks: Kubernetes clusters. To upgrade, a new cluster can be created beside the old one."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import ClassVar, Literal, get_args

from pydantic import Field, model_validator

from modules.compute.eks.keys.access import AccessSettings, ServiceAccountSettings
from modules.compute.eks.keys.fargate import FargateProfileSettings
from modules.compute.eks.keys.kubernetes import ServiceAccountName
from modules.compute.eks.keys.nodes import ManagedSettings, NodesSettings, SelfManagedSettings
from modules.foundation.calendar import committed
from modules.foundation.lists import named_twice
from modules.foundation.names import Names
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Cidr, Label, Settings, TieredSettings, tiered

Support = Literal["standard", "extended"]
AFTER_STANDARD_SUPPORT: Mapping[Support, str] = {
    "standard": 'EKS upgrades the cluster automatically (support = "standard")',
    "extended": "EKS charges for extended support",
}
#: Without these, pods on nodes do not run or cannot find each other.
AddOnOfNodes = Literal["vpc-cni", "kube-proxy", "coredns"]
AGENT = "eks-pod-identity-agent"
EBS_CSI = "aws-ebs-csi-driver"
#: Add-ons whose pods need an IAM role, which they get with Pod Identity.
ADD_ONS_WITH_ROLE = ("vpc-cni", EBS_CSI)
#: [KubernetesNetworkConfigRequest, serviceIpv4Cidr]
#: (https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html): a private range from
#: /24 to /12.
SERVICE_PREFIXES = range(12, 25)
PRIVATE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


#: [View and manage Amazon EKS and Fargate service quotas]
#: (https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html) and [CreateCluster]
#: (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html): the maximum length of a cluster's name.
NAME_LIMIT = 100


def cluster_name(names: Names, label: str) -> str:
    """Return the name of the cluster of an `eks` block."""
    return names.of(label, NAME_LIMIT)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


class AddOnSettings(Settings):
    """An `add_on` block: an EKS add-on, at this version until it is changed here."""

    version: str = Field(
        pattern=r"^v\d+\.\d+\.\d+-eksbuild\.\d+$",
        examples=["v1.22.3-eksbuild.1"],
        description="The version of the add-on. `aws eks describe-addon-versions --addon-name NAME "
        "--kubernetes-version 1.36` lists the available ones.",
    )


class EksSettings(TieredSettings):
    """An `eks` block: a cluster whose API server is only reachable from the VPC."""

    renamed: ClassVar[Mapping[str, str]] = {"service_cidr": "service_ipv4_cidr"}

    version: str = Field(
        pattern=r"^1\.\d{2}$",
        examples=["1.36"],
        description="The Kubernetes version. There is no default, because the default of EKS changes over time.",
    )
    support: Support = tiered(
        development="standard",
        staging="standard",
        production="extended",
        description="What happens when standard support of the version ends: with standard, EKS upgrades the cluster "
        "automatically; with extended, the version is supported for one more year at six times the price.",
    )
    corporate: bool = Field(
        default=False, description="Whether the corporate network can reach the API server through Direct Connect."
    )
    session_manager: bool = Field(
        default=False,
        description="Whether people with permission can open a shell on the nodes with Session Manager. There is no "
        "SSH. The account file's `sessions` block encrypts, limits, and logs the sessions.",
    )
    service_ipv4_cidr: Cidr = Field(
        default=IPv4Network("172.20.0.0/16"),
        examples=["172.20.0.0/16"],
        description="IP range of the Kubernetes services, not visible outside the cluster. It cannot be changed.",
    )
    databases: tuple[Label, ...] = Field(
        default=(), examples=[["main"]], description="Databases that allow traffic from the cluster's pods."
    )
    caches: tuple[Label, ...] = Field(
        default=(), examples=[["sessions"]], description="Caches that allow traffic from the cluster's pods."
    )
    access: dict[Label, AccessSettings] = Field(
        default_factory=dict,
        description="Access to the cluster, one block for each IAM role. No other principal has access, not even the "
        "role that creates the cluster.",
    )
    service_account: dict[ServiceAccountName, ServiceAccountSettings] = Field(
        default_factory=dict, description="Permissions of pods in AWS, by `namespace/name` of their service account."
    )
    add_on: dict[Label, AddOnSettings] = Field(default_factory=dict, description="EKS add-ons, by name.")
    managed: dict[Label, ManagedSettings] = Field(default_factory=dict, description="Managed node groups.")
    self_managed: dict[Label, SelfManagedSettings] = Field(
        default_factory=dict, description="Self-managed node groups, each an Auto Scaling group."
    )
    fargate: dict[Label, FargateProfileSettings] = Field(
        default_factory=dict, description="Fargate profiles, for pods that run without nodes."
    )

    @model_validator(mode="after")
    def _rules(self) -> "EksSettings":
        raise_findings(self._version_findings())
        raise_findings(
            [
                *self._range_findings(),
                *self._access_findings(),
                *self._group_findings(),
                *self._add_on_findings(),
                *self._identity_findings(),
                *self._account_findings(),
                *named_twice(self, "databases", "caches"),
            ]
        )
        return self

    @property
    def nodes(self) -> dict[str, NodesSettings]:
        """All node groups, by label."""
        return {**self.managed, **self.self_managed}

    @property
    def after_standard_support(self) -> str:
        """What EKS does at the end of the version's standard support, as a phrase.

        [Amazon EKS User Guide, Disable EKS extended support]
        (https://docs.aws.amazon.com/eks/latest/userguide/disable-extended-support.html): without extended support, EKS
        upgrades the cluster.
        """
        return AFTER_STANDARD_SUPPORT[self.support]

    @property
    def uses_pod_identity(self) -> bool:
        """Whether pods get credentials from the Pod Identity agent."""
        used = any(each.identity == "pod-identity" for each in self.service_account.values())
        return used or any(name in self.add_on for name in ADD_ONS_WITH_ROLE)

    def _version_findings(self) -> Iterator[Finding]:
        """Yield a version that EKS no longer offers or does not offer yet, according to the versions calendar.

        Versions whose support ended before the calendar was read are errors; later ends of support are warnings.
        """
        calendar = committed()
        rows = sorted(calendar.of("kubernetes"), key=lambda row: row.order)
        ended = {
            row.version for row in rows if (end := row.end_of_extended_support) and end < calendar.page_of(row).read
        }
        offered = [row.version for row in rows if row.version not in ended]
        if self.version in offered:
            return
        older = self.version in ended or _numbers(self.version) < rows[0].order
        rule = "is a version that EKS no longer offers" if older else "is a version that EKS does not offer"
        remedy = f"write one of {', '.join(offered)}"
        if not older:
            remedy += "; if it is new, update the calendar with `python -m ops calendar`"
        yield Finding(("version",), self.version, rule, remedy)

    def _range_findings(self) -> Iterator[Finding]:
        cidr = self.service_ipv4_cidr
        if cidr.prefixlen not in SERVICE_PREFIXES or not any(map(cidr.subnet_of, PRIVATE_RANGES)):
            rule = "is not a private range (RFC 1918) from /12 to /24"
            yield Finding(("service_ipv4_cidr",), cidr, rule, "remove it, or write 172.20.0.0/16")

    def _access_findings(self) -> Iterator[Finding]:
        if not self.access:
            rule = "gives no one access: the role that creates the cluster does not become its administrator"
            yield Finding((), None, rule, 'write `access "operators" { role_arn = "...", policy = "cluster-admin" }`')
        first: dict[str, str] = {}
        for label, access in self.access.items():
            # [CreateAccessEntry](https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html): a
            # principal has one access entry in a cluster.
            if first.setdefault(access.role_arn, label) != label:
                rule = f"is also the role of access.{first[access.role_arn]}, and a role can have only one access entry"
                yield Finding(("access", label, "role_arn"), access.role_arn, rule, "merge the two blocks")

    def _group_findings(self) -> Iterator[Finding]:
        if not self.nodes and not self.fargate:
            yield Finding((), None, "has no nodes and no Fargate profile", 'write `managed "general" { ... }`')
        for label in self.managed.keys() & self.self_managed.keys():
            rule = "is also the name of a managed node group"
            yield Finding(("self_managed", label), None, rule, "write another name")
        for label, group in self.managed.items():
            if group.release_version and not group.release_version.startswith(f"{self.version}."):
                rule = f"is not a release of the cluster's version {self.version}"
                at = ("managed", label, "release_version")
                yield Finding(at, group.release_version, rule, f"write a release of {self.version}, or remove it")

    def _add_on_findings(self) -> Iterator[Finding]:
        needed = get_args(AddOnOfNodes) if self.nodes else ("coredns",)
        for name in needed:
            if name not in self.add_on:
                rule = f"needs {name}, which EKS does not install automatically here"
                yield Finding(("add_on",), None, rule, f'write `add_on "{name}" {{ version = "..." }}`')
        yield from self._kube_proxy_findings()
        if self.nodes or not self.fargate:
            return
        if EBS_CSI in self.add_on:
            rule = "has no use here: pods on Fargate cannot mount EBS volumes"
            yield Finding(("add_on", EBS_CSI), None, rule, "remove it")
        if not any(any(each.selectors_for("kube-system")) for each in self.fargate.values()):
            rule = "selects no pods of kube-system, and without nodes the coredns pods would stay pending"
            yield Finding(("fargate",), None, rule, 'write a selector { namespace = "kube-system" }')

    def _kube_proxy_findings(self) -> Iterator[Finding]:
        """Yield a kube-proxy of another minor version than the cluster.

        [Manage kube-proxy in Amazon EKS clusters, kube-proxy versions]
        (https://docs.aws.amazon.com/eks/latest/userguide/managing-kube-proxy.html): each Kubernetes version has its
        own.
        """
        add_on = self.add_on.get("kube-proxy")
        if add_on and not add_on.version.startswith(f"v{self.version}."):
            rule = f"does not match the cluster's version {self.version}"
            command = f"`aws eks describe-addon-versions --addon-name kube-proxy --kubernetes-version {self.version}`"
            yield Finding(
                ("add_on", "kube-proxy", "version"), add_on.version, rule, f"write a version that {command} lists"
            )

    def _account_findings(self) -> Iterator[Finding]:
        """Yield service accounts whose roles would have the same name, such as a-b/c and a/b-c."""
        first: dict[str, str] = {}
        for name in self.service_account:
            if first.setdefault(name.replace("/", "-"), name) != name:
                rule = f"would have a role with the same name as {first[name.replace('/', '-')]}"
                yield Finding(("service_account", name), None, rule, "rename one of them")

    def _identity_findings(self) -> Iterator[Finding]:
        if not self.nodes:
            # [Learn how EKS Pod Identity grants pods access to AWS services, Restrictions]
            # (https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html): not supported on Fargate.
            for name, account in self.service_account.items():
                if account.identity == "pod-identity":
                    rule = "requires an agent on the node, and all pods of this cluster run on Fargate"
                    at = ("service_account", name, "identity")
                    yield Finding(at, account.identity, rule, 'write identity = "irsa"')
        elif self.uses_pod_identity and AGENT not in self.add_on:
            rule = f"needs {AGENT}, from which service accounts and add-ons get credentials"
            yield Finding(("add_on",), None, rule, f'write `add_on "{AGENT}" {{ version = "..." }}`')
