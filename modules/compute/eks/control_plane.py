"""Control planes of clusters."""

from cdktf import Fn, TerraformLocal
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.eks_cluster import (
    EksCluster as AwsEksCluster,
)
from cdktf_cdktf_provider_aws.eks_cluster import (
    EksClusterAccessConfig,
    EksClusterEncryptionConfig,
    EksClusterEncryptionConfigProvider,
    EksClusterKubernetesNetworkConfig,
    EksClusterUpgradePolicy,
    EksClusterVpcConfig,
)
from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from constructs import Construct

from modules.compute.eks.roles import policies_by_address
from modules.compute.eks.settings import EksSettings, cluster_name
from modules.compute.eks.trust import by_service
from modules.foundation.foundation import Foundation
from modules.foundation.logs import RETENTION_DAYS
from modules.foundation.policies import allow, aws_policy
from modules.foundation.resources import kept_if
from modules.foundation.roles import Role
from modules.network.vpc.security_groups import HTTPS, Peer, SecurityGroup, members_of
from modules.network.vpc.vpc import Network

#: All log types ([Send control plane logs to CloudWatch Logs]
#: (https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html)). Audit and authenticator record who did
#: what.
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


class ControlPlane(Construct):
    """A cluster without nodes, whose API server is only reachable from the VPC.

    Creates: role, log group, security group (for access to the API server from other sources than the nodes), cluster,
    OIDC provider.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: EksSettings, network: Network, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "eks")
        names = foundation.names
        #: Plain text and not a token, for the names of roles, tags, and log groups.
        self.name = cluster_name(names, name)
        self.arn = f"arn:aws:eks:{names.region}:{names.account_id}:cluster/{self.name}"
        role = self._create_role()
        log_group = self._create_log_group()
        self._create_security_group(network)
        self._create_cluster(network, role, log_group)
        self._create_oidc_provider()

    def allow_ingress_from(self, security_group_id: str, name: str) -> None:
        """Allow traffic from a security group to the API server; `name` is unique among the sources."""
        self._allow_ingress(name, members_of(security_group_id))

    def allow_ingress_from_range(self, cidr: str, name: str) -> None:
        """Allow traffic from an IP range to the API server."""
        self._allow_ingress(name, Peer(cidr_ipv4=cidr))

    def _create_role(self) -> Role:
        key = self._foundation.cluster_key
        # [Encrypt Kubernetes secrets with KMS on existing clusters, Prerequisites]
        # (https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html).
        use_key = allow(
            "EncryptSecrets",
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"],
            resources=[key.arn],
        )
        return Role(
            self._make,
            self._label,
            names=self._foundation.names,
            name=f"eks-{self._label}",
            trust_policy=by_service("eks.amazonaws.com", self.arn),
            policy_name="rights",
            statements=[use_key],
            managed_policies=policies_by_address(self._label, [aws_policy("AmazonEKSClusterPolicy")]),
        )

    def _create_log_group(self) -> CloudwatchLogGroup:
        """Create the log group that EKS would otherwise create itself, unencrypted and without expiration."""
        return self._make(
            CloudwatchLogGroup,
            self._label,
            name=f"/aws/eks/{self.name}/cluster",
            retention_in_days=RETENTION_DAYS[self._foundation.tier],
            kms_key_id=self._foundation.log_key.arn,
        )

    def _create_security_group(self, network: Network) -> None:
        name = self._foundation.names.of(f"eks-{self._label}-api")
        self._api_group = SecurityGroup(
            self._make,
            f"{self._label}_api",
            name=name,
            description=f"Who reaches the API of {self.name} beside its nodes",
            vpc_id=network.vpc_id,
        )
        #: The security group of the API server that only `allow_ingress_from` opens, for egress rules of callers.
        self.api_group_id = self._api_group.id
        if self._settings.corporate:
            for cidr in network.settings.corporate_cidrs:
                self.allow_ingress_from_range(str(cidr), f"corporate-{cidr}".translate(str.maketrans("./", "--")))

    def _create_cluster(self, network: Network, role: Role, log_group: CloudwatchLogGroup) -> None:
        self.cluster = self._make(
            AwsEksCluster,
            self._label,
            name=self.name,
            role_arn=role.arn,
            version=self._settings.version,
            vpc_config=EksClusterVpcConfig(
                subnet_ids=network.app.all_ids(),
                security_group_ids=[self._api_group.id],
                endpoint_private_access=True,
                endpoint_public_access=False,
            ),
            access_config=EksClusterAccessConfig(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            # The VPC CNI, kube-proxy, and CoreDNS are add-ons, at the versions of the environment file.
            bootstrap_self_managed_addons=False,
            encryption_config=EksClusterEncryptionConfig(
                resources=["secrets"],
                provider=EksClusterEncryptionConfigProvider(key_arn=self._foundation.cluster_key.arn),
            ),
            kubernetes_network_config=EksClusterKubernetesNetworkConfig(
                ip_family="ipv4", service_ipv4_cidr=str(self._settings.service_ipv4_cidr)
            ),
            enabled_cluster_log_types=list(LOG_TYPES),
            upgrade_policy=EksClusterUpgradePolicy(support_type=self._settings.support.upper()),
            lifecycle=kept_if(self._foundation.is_production),
            depends_on=[*role.ready, log_group],
        )
        self.endpoint = self.cluster.endpoint
        self.certificate = self.cluster.certificate_authority.get(0).data
        #: The cluster security group of EKS, on the control plane and all nodes; it allows all traffic between them.
        self.node_group_id = self.cluster.vpc_config.cluster_security_group_id

    def _create_oidc_provider(self) -> None:
        self.issuer_url = self.cluster.identity.get(0).oidc.get(0).issuer
        # A local value: the quotes of a function would not survive inside the JSON of a policy.
        bare = self._make(TerraformLocal, f"{self._label}_issuer", Fn.replace(self.issuer_url, "https://", ""))
        #: Without https://, as in IAM condition keys.
        self.issuer = bare.as_string
        self.oidc_provider_arn = self._make(
            IamOpenidConnectProvider, self._label, url=self.issuer_url, client_id_list=["sts.amazonaws.com"]
        ).arn

    def _allow_ingress(self, name: str, source: Peer) -> None:
        self._api_group.allow_ingress_from(
            f"{self._label}_api_from_{name}", source, HTTPS, f"Kubernetes API from {name}"
        )
