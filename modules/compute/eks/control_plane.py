"""The control plane of a cluster: what AWS runs, and everything that it stands on."""

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

from modules.compute.eks.roles import Role, aws_policy, make_role
from modules.compute.eks.settings import EksSettings
from modules.compute.eks.trust import by_service
from modules.foundation.foundation import Foundation
from modules.foundation.logs import RETENTION_DAYS
from modules.foundation.policies import allow
from modules.foundation.resources import kept_if
from modules.network.vpc.security_groups import HTTPS, Peer, SecurityGroup, members_of
from modules.network.vpc.vpc import Network

#: "Amazon EKS service quotas" and CreateCluster: a cluster's name.
NAME_LIMIT = 100
#: All that there are ("Send control plane logs to CloudWatch Logs"): who did what is in audit and authenticator.
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


class ControlPlane(Construct):
    """A cluster without anything that pods run on; its API is reached from the VPC only.

    Creates: role, log group, security group (who reaches the API beside the nodes), cluster, OIDC provider.
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
        #: In plain text, as roles, tags and log groups name it.
        self.name = names.of(name, NAME_LIMIT)
        self.arn = f"arn:aws:eks:{names.region}:{names.account_id}:cluster/{self.name}"
        role = self._create_role()
        log_group = self._create_log_group()
        self._create_security_group(network)
        self._create_cluster(network, role, log_group)
        self._create_oidc_provider()

    def allow_ingress_from(self, security_group_id: str, name: str) -> None:
        """Let what bears the security group reach the API; `name` says who, unique among those let in."""
        self._let_in(name, members_of(security_group_id))

    def allow_ingress_from_range(self, cidr: str, name: str) -> None:
        """Let a range of addresses reach the API."""
        self._let_in(name, Peer(cidr_ipv4=cidr))

    def _create_role(self) -> Role:
        key = self._foundation.cluster_key
        # "Encrypt Kubernetes secrets with KMS on existing clusters, Prerequisites".
        use_key = allow(
            "EncryptSecrets",
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"],
            resources=[key.arn],
        )
        return make_role(
            self._make,
            self._label,
            name=self._foundation.names.role(f"eks-{self._label}"),
            trust=by_service("eks.amazonaws.com", self.arn),
            policy_arns=[aws_policy("AmazonEKSClusterPolicy")],
            statements=[use_key],
        )

    def _create_log_group(self) -> CloudwatchLogGroup:
        """Make the group that EKS would make by itself, unencrypted and for ever; the name is EKS's."""
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
            # CNI, proxy and DNS are add-ons, at versions that stand in the environment file.
            bootstrap_self_managed_addons=False,
            encryption_config=EksClusterEncryptionConfig(
                resources=["secrets"],
                provider=EksClusterEncryptionConfigProvider(key_arn=self._foundation.cluster_key.arn),
            ),
            kubernetes_network_config=EksClusterKubernetesNetworkConfig(
                ip_family="ipv4", service_ipv4_cidr=str(self._settings.service_cidr)
            ),
            enabled_cluster_log_types=list(LOG_TYPES),
            upgrade_policy=EksClusterUpgradePolicy(support_type=self._settings.support.upper()),
            lifecycle=kept_if(self._foundation.is_production),
            depends_on=[*role.ready, log_group],
        )
        self.endpoint = self.cluster.endpoint
        self.certificate = self.cluster.certificate_authority.get(0).data
        #: EKS's own group, on the control plane and all nodes: between them everything may pass.
        self.node_group_id = self.cluster.vpc_config.cluster_security_group_id

    def _create_oidc_provider(self) -> None:
        self.issuer_url = self.cluster.identity.get(0).oidc.get(0).issuer
        # A value of its own: quotes of a function would not survive inside a policy's JSON.
        bare = self._make(TerraformLocal, f"{self._label}_issuer", Fn.replace(self.issuer_url, "https://", ""))
        #: Without https://, as conditions of IAM name it.
        self.issuer = bare.as_string
        self.oidc_provider_arn = self._make(
            IamOpenidConnectProvider, self._label, url=self.issuer_url, client_id_list=["sts.amazonaws.com"]
        ).arn

    def _let_in(self, name: str, source: Peer) -> None:
        self._api_group.allow_ingress_from(
            f"{self._label}_api_from_{name}", source, HTTPS, f"Kubernetes API from {name}"
        )
