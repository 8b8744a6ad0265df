"""A teardown leaves only a listed remainder. Runs last, because it destroys what the other tests use."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ops.errors import OpsError
from tests.local.applied import Applied, without_refresh
from tests.support.release import RELEASE_FILE, release


def test_unchanged_production_cannot_be_destroyed(applied: Mapping[str, Applied]) -> None:
    terraform = without_refresh(applied["prod"].terraform)
    before = terraform.pull_state()
    with pytest.raises(OpsError, match="Instance cannot be destroyed"):
        terraform.destroy()
    assert terraform.pull_state() == before


def test_destroy_leaves_only_the_expected_remainder(applied: Mapping[str, Applied]) -> None:
    # All in parallel, because they mostly wait.
    with ThreadPoolExecutor(max_workers=len(applied)) as pool:
        list(pool.map(_destroy, applied.values()))
    left = {name: _left(environment) for name, environment in applied.items()}
    assert left == {name: [] for name in applied}


def _destroy(environment: Applied) -> None:
    terraform = without_refresh(environment.terraform)
    release(terraform.folder)
    # What AWS protects (deletion protection, objects in a bucket) has to be released in AWS first.
    if terraform.plan():
        terraform.apply()
    terraform.destroy()
    (terraform.folder / RELEASE_FILE).unlink()


def _left(environment: Applied) -> list[str]:
    """Return what remains in the environment's account, except the account's stack and what AWS creates itself."""
    client = environment.client
    ec2 = client("ec2")
    left = [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    left += [address["AllocationId"] for address in ec2.describe_addresses()["Addresses"]]
    left += [each["NatGatewayId"] for each in ec2.describe_nat_gateways()["NatGateways"] if each["State"] != "deleted"]
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    left += [each["VpcEndpointId"] for each in endpoints if each["State"] != "deleted"]
    left += [each["VpnGatewayId"] for each in ec2.describe_vpn_gateways()["VpnGateways"] if each["State"] != "deleted"]
    left += [each["FlowLogId"] for each in ec2.describe_flow_logs()["FlowLogs"]]
    groups = [each["logGroupName"] for each in client("logs").describe_log_groups()["logGroups"]]
    left += [name for name in groups if "/account/" not in name]
    # The account's own roles, and service-linked ones, which belong to it too.
    roles = [each for each in client("iam").list_roles()["Roles"] if "-account-" not in each["RoleName"]]
    left += [each["RoleName"] for each in roles if not each["Path"].startswith("/aws-service-role/")]
    left += [each["LoadBalancerArn"] for each in client("elbv2").describe_load_balancers()["LoadBalancers"]]
    left += [each["ARN"] for each in client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]]
    left += [each["directConnectGatewayId"] for each in _direct_connect_gateways(client("directconnect"))]
    left += [each["Name"] for each in client("s3").list_buckets()["Buckets"] if "-account-" not in each["Name"]]
    left += _data_left(client)
    left += [each["FunctionName"] for each in client("lambda").list_functions()["Functions"]]
    left += [each["UUID"] for each in client("lambda").list_event_source_mappings()["EventSourceMappings"]]
    left += client("sqs").list_queues().get("QueueUrls", [])
    topics = [each["TopicArn"] for each in client("sns").list_topics()["Topics"]]
    left += [arn for arn in topics if "-account-" not in arn]
    left += client("kinesis").list_streams()["StreamNames"]
    left += [each["Name"] for each in client("scheduler").list_schedules()["Schedules"]]
    kms = client("kms")
    # The remainder: keys wait 30 days for deletion; the account's keys and AWS managed keys remain.
    keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    aliases = {alias["AliasName"]: alias.get("TargetKeyId") for alias in kms.list_aliases()["Aliases"]}
    stay = [key for name, key in aliases.items() if "/account/" in name or name.startswith("alias/aws/")]
    left += [key["KeyId"] for key in keys if key["KeyState"] != "PendingDeletion" and key["KeyId"] not in stay]
    return left


def _data_left(client: Callable[[Any], Any]) -> list[str]:
    """Return what remains of the data module: nothing with data or references to it."""
    rds, cache = client("rds"), client("elasticache")
    left = [each["DBClusterIdentifier"] for each in rds.describe_db_clusters()["DBClusters"]]
    left += [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]]
    left += [each["DBSubnetGroupName"] for each in rds.describe_db_subnet_groups()["DBSubnetGroups"]]
    left += [each["DBProxyName"] for each in rds.describe_db_proxies()["DBProxies"]]
    clusters = rds.describe_db_cluster_parameter_groups()["DBClusterParameterGroups"]
    left += [each["DBClusterParameterGroupName"] for each in clusters if not _is_aws(each, "DBClusterParameterGroup")]
    instances = rds.describe_db_parameter_groups()["DBParameterGroups"]
    left += [each["DBParameterGroupName"] for each in instances if not _is_aws(each, "DBParameterGroup")]
    left += [each["ReplicationGroupId"] for each in cache.describe_replication_groups()["ReplicationGroups"]]
    left += [each["CacheSubnetGroupName"] for each in cache.describe_cache_subnet_groups()["CacheSubnetGroups"]]
    left += [each["UserId"] for each in cache.describe_users()["Users"] if each["UserId"] != "default"]
    left += [each["UserGroupId"] for each in cache.describe_user_groups()["UserGroups"]]
    left += [each["Name"] for each in client("secretsmanager").list_secrets()["SecretList"]]
    backup = client("backup")
    left += [each["BackupVaultName"] for each in backup.list_backup_vaults()["BackupVaultList"]]
    left += [each["BackupPlanName"] for each in backup.list_backup_plans()["BackupPlansList"]]
    return left


def _is_aws(group: dict[str, Any], kind: str) -> bool:
    return str(group[f"{kind}Name"]).startswith("default.")


def _direct_connect_gateways(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.describe_direct_connect_gateways()["directConnectGateways"]
    return [gateway for gateway in found if gateway["directConnectGatewayState"] != "deleted"]
