"""OpenSearch domains."""

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.opensearch_domain import (
    OpensearchDomain,
    OpensearchDomainAdvancedSecurityOptionsMasterUserOptions,
    OpensearchDomainAutoTuneOptions,
    OpensearchDomainClusterConfig,
    OpensearchDomainClusterConfigZoneAwarenessConfig,
    OpensearchDomainDomainEndpointOptions,
    OpensearchDomainEbsOptions,
    OpensearchDomainEncryptAtRest,
    OpensearchDomainLogPublishingOptions,
    OpensearchDomainNodeToNodeEncryption,
    OpensearchDomainOffPeakWindowOptions,
    OpensearchDomainOffPeakWindowOptionsOffPeakWindow,
    OpensearchDomainOffPeakWindowOptionsOffPeakWindowWindowStartTime,
    OpensearchDomainSoftwareUpdateOptions,
    OpensearchDomainVpcOptions,
)
from constructs import Construct

from modules.data.search.delivery import Delivery
from modules.data.search.settings import SearchSettings
from modules.foundation.foundation import Foundation
from modules.foundation.logs import LogGroup
from modules.foundation.metrics import MetricSource
from modules.foundation.policies import Statement, allow, document
from modules.foundation.resources import kept_if
from modules.network.vpc.security_groups import HTTPS, SecurityGroup, members_of, ranges
from modules.network.vpc.vpc import Network

#: [CreateDomain, DomainName](https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html).
DOMAIN_NAME_LIMIT = 28
#: The newest policy that accepts all clients with forward secrecy ([DomainEndpointOptions, TLSSecurityPolicy]
#: (https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainEndpointOptions.html)).
TLS_POLICY = "Policy-Min-TLS-1-2-PFS-2023-10"
#: What gp3 volumes have without extra cost ([Amazon EBS User Guide, General Purpose SSD volumes]
#: (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html)).
BASELINE_IOPS = 3000
BASELINE_THROUGHPUT = 125
#: [LogPublishingOption, LogType]
#: (https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_LogPublishingOption.html), with the end of
#: each log group's name. The thresholds of slow logs, and audit logs, are switched on in the cluster: see the function
#: `search`.
LOGS = {
    "INDEX_SLOW_LOGS": "index-slow",
    "SEARCH_SLOW_LOGS": "search-slow",
    "ES_APPLICATION_LOGS": "errors",
    "AUDIT_LOGS": "audit",
}


class Search(Construct):
    """An OpenSearch domain in the data subnets, and the Firehose stream that delivers documents to it.

    Creates: security group without rules, log groups, the domain, what `Delivery` creates.

    The domain has fine-grained access control with an IAM role as its master user, so there is no password. The master
    user is the role of the function that sets up the cluster (`set_master`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: SearchSettings,
        network: Network,
        log_policy: "SearchLogPolicy",
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self.label = name
        self.settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "search")
        names = foundation.names
        self.domain_name = domain_name(foundation, name)
        self.arn = f"arn:aws:es:{names.region}:{names.account_id}:domain/{self.domain_name}"
        self._create_security_group(network)
        self._domain = self._create_domain(network, self._create_log_groups(), log_policy.ready)
        self.endpoint = self._domain.endpoint
        self.delivery = Delivery(
            self,
            "delivery",
            label=name,
            settings=settings,
            domain_arn=self.arn,
            domain=self._domain,
            network=network,
            foundation=foundation,
        )
        self.allow_ingress_from(self.delivery.security_group_id, "firehose")
        self.delivery.allow_egress_to(self.security_group_id)
        if settings.corporate:
            for key, source in ranges(network.settings.corporate_cidrs).items():
                self._group.allow_ingress_from(
                    f"{name}_from_corporate_{key}", source, HTTPS, "From the corporate network"
                )

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        domain = {"ClientId": self._foundation.names.account_id, "DomainName": self.domain_name}
        return {"domain": [MetricSource("AWS/ES", domain)], "delivery": [self.delivery.metrics]}

    def allow_ingress_from(self, security_group_id: str, name: str) -> None:
        """Allow the members of a security group to connect; `name` describes them and is unique for this domain."""
        source = members_of(security_group_id)
        self._group.allow_ingress_from(f"{self.label}_from_{name}", source, HTTPS, f"From {name}")

    def set_master(self, role_arn: str) -> None:
        """Make the role the master user of fine-grained access control."""
        self._domain.put_advanced_security_options(
            enabled=True,
            internal_user_database_enabled=False,
            master_user_options=OpensearchDomainAdvancedSecurityOptionsMasterUserOptions(master_user_arn=role_arn),
        )

    def request_statement(self, sid: str, methods: Sequence[str]) -> Statement:
        """Return the policy statement for a role that sends requests with these HTTP methods, such as `Get`."""
        return allow(sid, actions=[f"es:ESHttp{method}" for method in methods], resources=[f"{self.arn}/*"])

    def _create_security_group(self, network: Network) -> None:
        """Create the security group without rules: a domain opens no connections."""
        self._group = SecurityGroup(
            self._make,
            self.label,
            name=self._foundation.names.of(f"search-{self.label}"),
            description=f"Search {self.label}: clients by name",
            vpc_id=network.vpc_id,
        )
        self.security_group_id = self._group.id

    def _create_log_groups(self) -> dict[str, LogGroup]:
        return {kind: self._foundation.log_group(f"search/{self.label}/{end}") for kind, end in LOGS.items()}

    def _create_domain(
        self, network: Network, logs: dict[str, LogGroup], logs_allowed: ITerraformDependable
    ) -> OpensearchDomain:
        settings = self.settings
        subnets = network.data.all_ids()[: settings.availability_zone_count]
        return self._make(
            OpensearchDomain,
            self.label,
            domain_name=self.domain_name,
            engine_version=settings.engine_version,
            cluster_config=_cluster(settings),
            ebs_options=OpensearchDomainEbsOptions(
                ebs_enabled=True,
                volume_type="gp3",
                volume_size=settings.volume_size,
                iops=BASELINE_IOPS,
                throughput=BASELINE_THROUGHPUT,
            ),
            vpc_options=OpensearchDomainVpcOptions(subnet_ids=subnets, security_group_ids=[self.security_group_id]),
            encrypt_at_rest=OpensearchDomainEncryptAtRest(enabled=True, kms_key_id=self._foundation.data_key.arn),
            node_to_node_encryption=OpensearchDomainNodeToNodeEncryption(enabled=True),
            domain_endpoint_options=OpensearchDomainDomainEndpointOptions(
                enforce_https=True, tls_security_policy=TLS_POLICY
            ),
            access_policies=self._access_policy(),
            log_publishing_options=[
                OpensearchDomainLogPublishingOptions(log_type=kind, cloudwatch_log_group_arn=group.arn, enabled=True)
                for kind, group in logs.items()
            ],
            auto_tune_options=_auto_tune(settings),
            off_peak_window_options=_off_peak_window(settings),
            software_update_options=OpensearchDomainSoftwareUpdateOptions(auto_software_update_enabled=True),
            depends_on=[logs_allowed, *(group.ready for group in logs.values())],
            lifecycle=kept_if(self._foundation.is_production),
        )

    def _access_policy(self) -> str:
        """Return the policy that leaves access to IAM policies; then fine-grained access control decides.

        [Fine-grained access control in Amazon OpenSearch Service]
        (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html): both must allow a request.
        """
        return document(
            [
                allow(
                    "IamDecides",
                    principal={"AWS": f"arn:aws:iam::{self._foundation.names.account_id}:root"},
                    actions=["es:ESHttp*"],
                    resources=[f"{self.arn}/*"],
                )
            ]
        )


class SearchLogPolicy:
    """The resource policy that allows OpenSearch Service to write to the log groups of all `search` blocks.

    Creates: one policy for all of them, since an account has at most ten in a Region: [Monitoring OpenSearch logs with
    Amazon CloudWatch Logs]
    (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html).
    """

    def __init__(self, scope: Construct, *, labels: Sequence[str], foundation: Foundation) -> None:
        names = foundation.names
        groups = names.log_group("search")
        statement = allow(
            "OpenSearchLogs",
            principal={"Service": "es.amazonaws.com"},
            actions=["logs:PutLogEvents", "logs:CreateLogStream"],
            resources=[f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{groups}/*:*"],
            condition={
                "StringEquals": {"aws:SourceAccount": names.account_id},
                "ArnLike": {
                    "aws:SourceArn": [
                        f"arn:aws:es:{names.region}:{names.account_id}:domain/{domain_name(foundation, label)}"
                        for label in labels
                    ]
                },
            },
        )
        self.ready: ITerraformDependable = foundation.resources(scope, "search")(
            CloudwatchLogResourcePolicy,
            "logs",
            policy_name=names.of("search"),
            policy_document=document([statement]),
        )


def domain_name(foundation: Foundation, label: str) -> str:
    """Return the name of the domain of a `search` block."""
    return foundation.names.of(label, DOMAIN_NAME_LIMIT)


def _cluster(settings: SearchSettings) -> OpensearchDomainClusterConfig:
    zones, masters = settings.availability_zone_count, settings.dedicated_master_count
    return OpensearchDomainClusterConfig(
        instance_type=settings.instance_type,
        instance_count=settings.instance_count,
        dedicated_master_enabled=masters > 0,
        dedicated_master_type=settings.dedicated_master_type if masters else None,
        dedicated_master_count=masters or None,
        zone_awareness_enabled=zones > 1,
        zone_awareness_config=OpensearchDomainClusterConfigZoneAwarenessConfig(availability_zone_count=zones)
        if zones > 1
        else None,
    )


def _auto_tune(settings: SearchSettings) -> OpensearchDomainAutoTuneOptions | None:
    """Return Auto-Tune in the off-peak window, except for burstable instances, which do not support it.

    [Supported instance types in Amazon OpenSearch Service]
    (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html), T3.
    """
    if settings.instance_type.startswith("t3."):
        return None
    return OpensearchDomainAutoTuneOptions(desired_state="ENABLED", use_off_peak_window=True)


def _off_peak_window(settings: SearchSettings) -> OpensearchDomainOffPeakWindowOptions:
    hours, minutes = map(int, settings.off_peak_window_start.split(":"))
    start = OpensearchDomainOffPeakWindowOptionsOffPeakWindowWindowStartTime(hours=hours, minutes=minutes)
    # A new domain always has the window: [OffPeakWindowOptions, Enabled]
    # (https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_OffPeakWindowOptions.html).
    return OpensearchDomainOffPeakWindowOptions(
        enabled=True, off_peak_window=OpensearchDomainOffPeakWindowOptionsOffPeakWindow(window_start_time=start)
    )
