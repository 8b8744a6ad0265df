"""OpenSearch domains, and Firehose streams that deliver to them."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.process import LocalAws
from tests.local_aws.conftest import REGION, Client, client_of

ROLE = "arn:aws:iam::333333333333:role/search"
SECURE: dict[str, Any] = {
    "EncryptionAtRestOptions": {"Enabled": True},
    "NodeToNodeEncryptionOptions": {"Enabled": True},
    "DomainEndpointOptions": {"EnforceHTTPS": True},
    "AdvancedSecurityOptions": {
        "Enabled": True,
        "InternalUserDatabaseEnabled": False,
        "MasterUserOptions": {"MasterUserARN": ROLE},
    },
}


@pytest.fixture(scope="module")
def subnets(client: Client) -> Iterator[list[str]]:
    """Return subnets in two zones, in an account that has the service-linked role."""
    iam, ec2 = client("iam"), client("ec2")
    role = iam.create_service_linked_role(AWSServiceName="opensearchservice.amazonaws.com")["Role"]["RoleName"]
    vpc = ec2.create_vpc(CidrBlock="10.30.0.0/24")["Vpc"]["VpcId"]
    yield [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.30.0.{start}/26", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
            "SubnetId"
        ]
        for zone, start in (("a", 0), ("c", 64))
    ]
    iam.delete_service_linked_role(RoleName=role)


def create(client: Client, name: str, subnet_ids: list[str], **options: Any) -> dict[str, Any]:
    asked = {
        "ClusterConfig": {"InstanceType": "m6g.large.search", "InstanceCount": len(subnet_ids)},
        "VPCOptions": {"SubnetIds": subnet_ids},
        **SECURE,
        **options,
    }
    found: dict[str, Any] = client("opensearch").create_domain(DomainName=name, **asked)["DomainStatus"]
    return found


def test_new_domain_is_finished_and_has_the_vpc_of_its_subnets(client: Client, subnets: list[str]) -> None:
    create(client, "finished", subnets[:1])
    opensearch = client("opensearch")
    domain = opensearch.describe_domain(DomainName="finished")["DomainStatus"]
    assert (domain["Processing"], domain["DomainProcessingStatus"]) == (False, "Active")
    assert domain["VPCOptions"]["AvailabilityZones"] == [f"{REGION}a"]
    assert domain["VPCOptions"]["VPCId"].startswith("vpc-")
    opensearch.delete_domain(DomainName="finished")
    with pytest.raises(ClientError, match="Domain not found"):
        opensearch.describe_domain(DomainName="finished")


def test_master_user_is_not_in_responses(client: Client, subnets: list[str]) -> None:
    create(client, "secret", subnets[:1])
    opensearch = client("opensearch")
    domain = opensearch.describe_domain(DomainName="secret")["DomainStatus"]
    config = opensearch.describe_domain_config(DomainName="secret")["DomainConfig"]
    assert "MasterUserOptions" not in domain["AdvancedSecurityOptions"]
    assert "MasterUserOptions" not in config["AdvancedSecurityOptions"]["Options"]


def test_update_keeps_what_it_leaves_out(client: Client, subnets: list[str]) -> None:
    create(client, "kept", subnets[:1], EBSOptions={"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 10})
    opensearch = client("opensearch")
    opensearch.update_domain_config(DomainName="kept", EBSOptions={"VolumeSize": 20})
    domain = opensearch.describe_domain(DomainName="kept")["DomainStatus"]
    assert domain["EBSOptions"] == {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 20}


@pytest.mark.parametrize(("instance_type", "state"), [("m6g.large.search", "ENABLED"), ("t3.small.search", "DISABLED")])
def test_burstable_instances_have_no_auto_tune(
    client: Client, subnets: list[str], instance_type: str, state: str
) -> None:
    name = f"tuned-{state.lower()}"
    create(client, name, subnets[:1], ClusterConfig={"InstanceType": instance_type, "InstanceCount": 1})
    config = client("opensearch").describe_domain_config(DomainName=name)["DomainConfig"]
    assert config["AutoTuneOptions"]["Status"]["State"] == state


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"ClusterConfig": {"InstanceType": "m6g.large.search", "InstanceCount": 2, "ZoneAwarenessEnabled": True}},
            "You must specify exactly 2 subnets",
        ),
        ({"NodeToNodeEncryptionOptions": {"Enabled": False}}, "You must enable HTTPS, node-to-node encryption"),
        ({"DomainEndpointOptions": {"EnforceHTTPS": False}}, "You must enable HTTPS, node-to-node encryption"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    client: Client, subnets: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        create(client, "refused", subnets[:1], **options)


def test_unequal_zones_are_refused(client: Client, subnets: list[str]) -> None:
    cluster = {"InstanceType": "m6g.large.search", "InstanceCount": 3, "ZoneAwarenessEnabled": True}
    with pytest.raises(ClientError, match="You must choose a multiple of 2 data nodes"):
        create(client, "refused", subnets, ClusterConfig=cluster)


def test_domain_in_an_account_without_the_role_is_refused(local_aws: LocalAws) -> None:
    other = client_of(local_aws, "444444444444")
    ec2 = other("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.31.0.0/24")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.31.0.0/26")["Subnet"]["SubnetId"]
    with pytest.raises(ClientError, match="you must enable a service-linked role"):
        create(other, "refused", [subnet])


def destination(arn: str, **options: Any) -> dict[str, Any]:
    bucket = {"BucketARN": "arn:aws:s3:::logs", "RoleARN": ROLE}
    return {"DomainARN": arn, "RoleARN": ROLE, "IndexName": "logs", "S3Configuration": bucket, **options}


def test_stream_to_a_domain_has_the_vpc_of_its_subnets(client: Client, subnets: list[str]) -> None:
    arn = create(client, "delivered", subnets[:1])["ARN"]
    firehose = client("firehose")
    vpc = {"SubnetIds": subnets, "RoleARN": ROLE, "SecurityGroupIds": ["sg-1"]}
    asked = destination(arn, VpcConfiguration=vpc)
    firehose.create_delivery_stream(
        DeliveryStreamName="delivered", AmazonopensearchserviceDestinationConfiguration=asked
    )
    described = firehose.describe_delivery_stream(DeliveryStreamName="delivered")["DeliveryStreamDescription"]
    (only,) = described["Destinations"]
    found = only["AmazonopensearchserviceDestinationDescription"]
    assert (found["DomainARN"], found["IndexName"]) == (arn, "logs")
    assert found["VpcConfigurationDescription"]["VpcId"].startswith("vpc-")
    assert found["S3DestinationDescription"]["BucketARN"] == "arn:aws:s3:::logs"

    firehose.update_destination(
        DeliveryStreamName="delivered",
        CurrentDeliveryStreamVersionId=described["VersionId"],
        DestinationId=only["DestinationId"],
        AmazonopensearchserviceDestinationUpdate={"IndexName": "events"},
    )
    (only,) = firehose.describe_delivery_stream(DeliveryStreamName="delivered")["DeliveryStreamDescription"][
        "Destinations"
    ]
    assert only["AmazonopensearchserviceDestinationDescription"]["IndexName"] == "events"
    result = firehose.put_record_batch(DeliveryStreamName="delivered", Records=[{"Data": b"{}"}])
    assert (result["FailedPutCount"], len(result["RequestResponses"])) == (0, 1)


def test_stream_to_a_domain_that_does_not_exist_is_refused(client: Client) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        client("firehose").create_delivery_stream(
            DeliveryStreamName="lost",
            AmazonopensearchserviceDestinationConfiguration=destination(
                f"arn:aws:es:{REGION}:333333333333:domain/nothing"
            ),
        )
