"""The `eks` blocks: Kubernetes clusters, of which a new one is set up beside the old one to upgrade."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Literal, get_args

from pydantic import Field, model_validator

from modules.compute.eks.keys.access import AccessSettings, ServiceAccountSettings
from modules.compute.eks.keys.fargate import FargateProfileSettings
from modules.compute.eks.keys.kubernetes import ServiceAccountName
from modules.compute.eks.keys.nodes import ManagedSettings, NodesSettings, SelfManagedSettings
from modules.foundation.calendar import committed
from modules.foundation.lists import named_twice
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Cidr, Label, Settings, TieredSettings, tiered

Support = Literal["standard", "extended"]
AFTER_STANDARD_SUPPORT: Mapping[Support, str] = {
    "standard": 'EKS upgrades the cluster by force (support = "standard")',
    "extended": "EKS charges for extended support",
}
#: Without them no pod of a node runs, or finds another.
AddOnOfNodes = Literal["vpc-cni", "kube-proxy", "coredns"]
AGENT = "eks-pod-identity-agent"
EBS_CSI = "aws-ebs-csi-driver"
#: Add-ons whose own pods need a role, which they get by Pod Identity.
ADD_ONS_WITH_ROLE = ("vpc-cni", EBS_CSI)
#: "KubernetesNetworkConfigRequest, serviceIpv4Cidr": its own private range, /24 to /12.
SERVICE_PREFIXES = range(12, 25)
PRIVATE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


class AddOnSettings(Settings):
    """An `add_on` block: a part of the cluster that EKS installs, at this version until another is written."""

    version: str = Field(
        pattern=r"^v\d+\.\d+\.\d+-eksbuild\.\d+$",
        examples=["v1.22.3-eksbuild.1"],
        description="`aws eks describe-addon-versions --addon-name NAME --kubernetes-version 1.36` lists them.",
    )


class EksSettings(TieredSettings):
    """An `eks` block: a cluster whose API only the VPC reaches."""

    version: str = Field(
        pattern=r"^1\.\d{2}$",
        examples=["1.36"],
        description="Of Kubernetes; there is no default, since EKS's own one moves.",
    )
    support: Support = tiered(
        development="standard",
        staging="standard",
        production="extended",
        description="What happens when standard support of the version ends: with standard, EKS upgrades the cluster "
        "automatically; with extended, the version is supported for one more year at six times the price.",
    )
    corporate: bool = Field(
        default=False, description="Whether the corporate network reaches the API, by the Direct Connect."
    )
    service_cidr: Cidr = Field(
        default=IPv4Network("172.20.0.0/16"),
        examples=["172.20.0.0/16"],
        description="Range of the cluster's own services, which nothing outside sees; it cannot be changed.",
    )
    databases: tuple[Label, ...] = Field(
        default=(), examples=[["main"]], description="Databases whose port is open to the cluster's pods."
    )
    caches: tuple[Label, ...] = Field(
        default=(), examples=[["sessions"]], description="Caches whose port is open to the cluster's pods."
    )
    access: dict[Label, AccessSettings] = Field(
        default_factory=dict,
        description="Who may come in: a block for each IAM role. Nobody else, its creator neither.",
    )
    service_account: dict[ServiceAccountName, ServiceAccountSettings] = Field(
        default_factory=dict, description="What pods may do in AWS, by `namespace/name` of their service account."
    )
    add_on: dict[Label, AddOnSettings] = Field(default_factory=dict, description="Add-ons by EKS's names for them.")
    managed: dict[Label, ManagedSettings] = Field(default_factory=dict, description="Groups of nodes that EKS keeps.")
    self_managed: dict[Label, SelfManagedSettings] = Field(
        default_factory=dict, description="Groups of nodes that an autoscaling group of ours keeps."
    )
    fargate: dict[Label, FargateProfileSettings] = Field(default_factory=dict, description="Pods without nodes.")

    @model_validator(mode="after")
    def _rules(self) -> "EksSettings":
        refuse(self._version_findings())
        refuse(
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
        """All groups of nodes by their labels."""
        return {**self.managed, **self.self_managed}

    @property
    def after_standard_support(self) -> str:
        """What EKS does at the end of the version's standard support, a phrase.

        "Amazon EKS User Guide, Disable EKS extended support": without extended support the cluster is upgraded.
        https://docs.aws.amazon.com/eks/latest/userguide/disable-extended-support.html
        """
        return AFTER_STANDARD_SUPPORT[self.support]

    @property
    def uses_pod_identity(self) -> bool:
        """Whether the agent of Pod Identity is asked for credentials."""
        asked = any(each.identity == "pod-identity" for each in self.service_account.values())
        return asked or any(name in self.add_on for name in ADD_ONS_WITH_ROLE)

    def _version_findings(self) -> Iterator[Finding]:
        """Yield a version that EKS no longer has, or not yet, by the versions calendar.

        What ended before the calendar was read is gone for good; later ends are warnings, by the day.
        """
        calendar = committed()
        rows = sorted(calendar.of("kubernetes"), key=lambda row: row.order)
        gone = {
            row.version for row in rows if (end := row.end_of_extended_support) and end < calendar.page_of(row).read
        }
        offered = [row.version for row in rows if row.version not in gone]
        if self.version in offered:
            return
        older = self.version in gone or _numbers(self.version) < rows[0].order
        rule = "is a version that EKS has no longer" if older else "is a version that EKS does not have"
        remedy = f"write one of {', '.join(offered)}"
        if not older:
            remedy += "; if EKS has it by now, `python -m ops calendar` learns it from AWS"
        yield Finding(("version",), self.version, rule, remedy)

    def _range_findings(self) -> Iterator[Finding]:
        cidr = self.service_cidr
        if cidr.prefixlen not in SERVICE_PREFIXES or not any(map(cidr.subnet_of, PRIVATE_RANGES)):
            rule = "is not a range for services: private (RFC 1918), and /12 to /24"
            yield Finding(("service_cidr",), cidr, rule, "take it out, or write 172.20.0.0/16")

    def _access_findings(self) -> Iterator[Finding]:
        if not self.access:
            rule = "lets nobody in: whoever creates a cluster is not its administrator"
            yield Finding((), None, rule, 'write `access "operators" { role_arn = "...", policy = "cluster-admin" }`')
        first: dict[str, str] = {}
        for label, access in self.access.items():
            # "CreateAccessEntry": a principal has one entry in a cluster.
            if first.setdefault(access.role_arn, label) != label:
                rule = f"is access.{first[access.role_arn]}'s too, and a role has one entry"
                yield Finding(("access", label, "role_arn"), access.role_arn, rule, "make one block of the two")

    def _group_findings(self) -> Iterator[Finding]:
        if not self.nodes and not self.fargate:
            yield Finding((), None, "has nothing that pods run on", 'write `managed "general" { ... }`')
        for label in self.managed.keys() & self.self_managed.keys():
            yield Finding(("self_managed", label), None, "is the name of a managed group too", "write another name")
        for label, group in self.managed.items():
            if group.release_version and not group.release_version.startswith(f"{self.version}."):
                rule = f"is not of the cluster's version {self.version}"
                at = ("managed", label, "release_version")
                yield Finding(at, group.release_version, rule, f"write one of {self.version}, or take it out")

    def _add_on_findings(self) -> Iterator[Finding]:
        needed = get_args(AddOnOfNodes) if self.nodes else ("coredns",)
        for name in needed:
            if name not in self.add_on:
                rule = f"is without {name}, which EKS does not install by itself here"
                yield Finding(("add_on",), None, rule, f'write `add_on "{name}" {{ version = "..." }}`')
        yield from self._kube_proxy_findings()
        if self.nodes or not self.fargate:
            return
        if EBS_CSI in self.add_on:
            rule = "is of no use to pods on Fargate, which mount no EBS volume"
            yield Finding(("add_on", EBS_CSI), None, rule, "take it out")
        if not any(any(each.takes("kube-system")) for each in self.fargate.values()):
            rule = "takes no pods of kube-system, and coredns would wait for a node for ever"
            yield Finding(("fargate",), None, rule, 'write a selector { namespace = "kube-system" }')

    def _kube_proxy_findings(self) -> Iterator[Finding]:
        """Yield a kube-proxy of another minor version than the cluster's, a newer one or one that an upgrade forgot.

        [Manage kube-proxy in Amazon EKS clusters, kube-proxy versions]
        (https://docs.aws.amazon.com/eks/latest/userguide/managing-kube-proxy.html): each version of Kubernetes has its
        own.
        """
        add_on = self.add_on.get("kube-proxy")
        if add_on and not add_on.version.startswith(f"v{self.version}."):
            rule = f"is not of the cluster's version {self.version}"
            command = f"`aws eks describe-addon-versions --addon-name kube-proxy --kubernetes-version {self.version}`"
            yield Finding(("add_on", "kube-proxy", "version"), add_on.version, rule, f"write one that {command} lists")

    def _account_findings(self) -> Iterator[Finding]:
        """Yield service accounts whose roles would have one name: a-b/c and a/b-c."""
        first: dict[str, str] = {}
        for name in self.service_account:
            if first.setdefault(name.replace("/", "-"), name) != name:
                rule = f"would have the name of {first[name.replace('/', '-')]}'s role"
                yield Finding(("service_account", name), None, rule, "give one of them another name")

    def _identity_findings(self) -> Iterator[Finding]:
        if not self.nodes:
            # "Learn how EKS Pod Identity grants pods access to AWS services, Restrictions": not on Fargate.
            for name, account in self.service_account.items():
                if account.identity == "pod-identity":
                    rule = "needs an agent on a node, and all pods here are on Fargate"
                    at = ("service_account", name, "identity")
                    yield Finding(at, account.identity, rule, 'write identity = "irsa"')
        elif self.uses_pod_identity and AGENT not in self.add_on:
            rule = f"is without {AGENT}, from which service accounts and add-ons get their roles"
            yield Finding(("add_on",), None, rule, f'write `add_on "{AGENT}" {{ version = "..." }}`')
