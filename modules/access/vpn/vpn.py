"""The VPN: an OpenVPN server, its configuration, and whom its clients reach."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.ssm_association import SsmAssociation, SsmAssociationTargets
from cdktf_cdktf_provider_aws.ssm_document import SsmDocument
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.access.vpn import documents
from modules.access.vpn.host import VpnHost
from modules.access.vpn.keys.files import files
from modules.access.vpn.settings import (
    VpnSettings,
    configuration_document,
    instance_name,
    users_document,
)
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.network.module import NetworkModule
from modules.network.vpc.security_groups import ANYWHERE, HTTPS, SecurityGroup, members_of, ranges

HTTP = 80
#: Seconds that the first apply waits for the configuration, which installs packages.
FIRST_CONFIGURATION = 900
#: Beside each change, once a day: the list of revoked certificates expires otherwise.
SCHEDULE = "rate(1 day)"


class Vpn(Construct):
    """An OpenVPN server in a public subnet, configured by Systems Manager.

    Creates: security group, what `VpnHost` creates, SSM documents of its configuration and users, State Manager
    association. Optionally: DNS record, rules of the data tier's network ACL; with each `allow_egress_to` an egress
    rule.

    A change of the configuration document makes State Manager configure the host again at once, so settings take
    effect without another instance.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: VpnSettings, network: NetworkModule, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "vpn")
        subnets = network.vpc.public
        assert subnets is not None, "checked by modules/access/checks.py"
        self._create_security_group(network.vpc.vpc_id)
        self._host = VpnHost(
            self,
            "host",
            settings=settings,
            subnets=subnets,
            security_group_id=self.security_group_id,
            foundation=foundation,
        )
        self.volume_arn = self._host.volume_arn
        self.public_host = settings.hostname or self._host.public_ip
        if settings.hostname:
            network.zone_of(settings.hostname).record("vpn", settings.hostname, "A", [self._host.public_ip])
        if settings.reaches_data:
            subnet = network.vpc.settings.plan.subnet("public", settings.availability_zone)
            network.vpc.allow_data_clients("vpn", subnet)
        self._create_documents(network)

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return {"host": [MetricSource("AWS/EC2", {"InstanceId": self._host.instance_id})]}

    def allow_egress_to(self, security_group_id: str, port: int, name: str) -> None:
        """Allow clients to reach the members of a security group; `name` identifies them and is unique."""
        self._group.allow_egress_to(f"to_{name}", members_of(security_group_id), port, f"To {name}")

    def outputs(self) -> dict[str, str]:
        """Return what people need to know."""
        return {"host": self.public_host, "instance_id": self._host.instance_id}

    def _create_security_group(self, vpc_id: str) -> None:
        settings = self._settings
        name = instance_name(self._foundation.names)
        self._group = SecurityGroup(
            self._make, "host", name=name, description="VPN server: clients in by range", vpc_id=vpc_id
        )
        self.security_group_id = self._group.id
        for key, source in ranges(settings.allowed_cidrs).items():
            self._make(
                VpcSecurityGroupIngressRule,
                f"clients_{key}",
                security_group_id=self.security_group_id,
                description="Clients of the VPN",
                **source,
                ip_protocol=settings.protocol,
                from_port=settings.port,
                to_port=settings.port,
            )
        # Systems Manager, and what clients open: consoles of searches, API servers, internal load balancers.
        self._group.allow_egress_to("https", ANYWHERE, HTTPS, "Systems Manager, and HTTPS of clients")
        # Ubuntu's archive of packages has no HTTPS; APT verifies signatures.
        self._group.allow_egress_to("http", ANYWHERE, HTTP, "Packages of Ubuntu")
        if not settings.split_tunnel:
            self._make(
                VpcSecurityGroupEgressRule,
                "anywhere",
                security_group_id=self.security_group_id,
                description="Internet of clients",
                **ANYWHERE,
                ip_protocol="-1",
            )

    def _create_documents(self, network: NetworkModule) -> None:
        names = self._foundation.names
        contents = files(self._settings, network.vpc.cidr, network.private_zone.name)
        document = self._make(
            SsmDocument,
            "configuration",
            name=configuration_document(names),
            document_type="Command",
            document_format="JSON",
            target_type="/AWS::EC2::Instance",
            content=documents.configuration(self._settings, contents),
        )
        self._make(
            SsmDocument,
            "users",
            name=users_document(names),
            document_type="Command",
            document_format="JSON",
            target_type="/AWS::EC2::Instance",
            content=documents.users(),
        )
        self._make(
            SsmAssociation,
            "configuration",
            name=document.name,
            association_name=configuration_document(names),
            # Another version, so another association: State Manager runs it at once (UpdateAssociation).
            document_version=document.latest_version,
            targets=[SsmAssociationTargets(key="InstanceIds", values=[self._host.instance_id])],
            parameters={"PublicHost": self.public_host, "VolumeId": self._host.volume_id},
            schedule_expression=SCHEDULE,
            compliance_severity="HIGH",
            wait_for_success_timeout_seconds=FIRST_CONFIGURATION,
            depends_on=[self._host.attachment],
        )
