"""RDS: instances, stored settings, restored clusters, groups, endpoints, and proxies."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def rds(client: Callable[[str], Any]) -> Any:
    return client("rds")


@pytest.fixture
def cluster(rds: Any) -> str:
    return _cluster(rds, EngineVersion="8.0.mysql_aurora.3.10.6")


def _name() -> str:
    return f"db-{uuid4().hex[:12]}"


def _cluster(rds: Any, **settings: Any) -> str:
    name = _name()
    settings = {"Engine": "aurora-mysql", "MasterUsername": "root", "ManageMasterUserPassword": True} | settings
    rds.create_db_cluster(DBClusterIdentifier=name, **settings)
    return name


def _described(rds: Any, cluster: str) -> dict[str, Any]:
    (found,) = rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"]
    return dict(found)


def _member(rds: Any, cluster: str, **settings: Any) -> dict[str, Any]:
    answer = rds.create_db_instance(
        DBInstanceIdentifier=_name(),
        DBClusterIdentifier=cluster,
        Engine="aurora-mysql",
        DBInstanceClass="db.r6g.large",
        **settings,
    )
    return dict(answer["DBInstance"])


def _plain(rds: Any, **settings: Any) -> dict[str, Any]:
    settings = {"Engine": "mysql", "MasterUsername": "root", "ManageMasterUserPassword": True} | settings
    answer = rds.create_db_instance(
        DBInstanceIdentifier=_name(), DBInstanceClass="db.m6g.large", AllocatedStorage=20, **settings
    )
    return dict(answer["DBInstance"])


def test_instance_has_its_own_resource_id(rds: Any, cluster: str) -> None:
    members = [_member(rds, cluster) for _ in range(3)]
    ids = {member["DbiResourceId"] for member in members}
    assert len(ids) == 3
    rds.delete_db_instance(DBInstanceIdentifier=members[0]["DBInstanceIdentifier"], SkipFinalSnapshot=True)
    by_id = {"Name": "dbi-resource-id", "Values": [members[0]["DbiResourceId"]]}
    assert rds.describe_db_instances(Filters=[by_id])["DBInstances"] == []


def test_cluster_insights_apply_to_its_instances(rds: Any) -> None:
    insights = {"EnablePerformanceInsights": True, "DatabaseInsightsMode": "advanced"}
    cluster = _cluster(rds, **insights, PerformanceInsightsRetentionPeriod=465)
    member = _member(rds, cluster)
    for described in (_described(rds, cluster), member):
        assert described["PerformanceInsightsEnabled"] is True
        assert described["PerformanceInsightsRetentionPeriod"] == 465
        assert described["DatabaseInsightsMode"] == "advanced"
    rds.modify_db_cluster(DBClusterIdentifier=cluster, EnablePerformanceInsights=False)
    (member,) = rds.describe_db_instances(DBInstanceIdentifier=member["DBInstanceIdentifier"])["DBInstances"]
    assert member["PerformanceInsightsEnabled"] is False
    assert "PerformanceInsightsRetentionPeriod" not in member


def test_cluster_log_exports_and_iam_authentication_can_be_changed(rds: Any) -> None:
    exports = {"EnableCloudwatchLogsExports": ["error", "slowquery"]}
    cluster = _cluster(rds, **exports, EnableIAMDatabaseAuthentication=True)
    rds.modify_db_cluster(
        DBClusterIdentifier=cluster,
        EnableIAMDatabaseAuthentication=False,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["audit"], "DisableLogTypes": ["slowquery"]},
    )
    changed = _described(rds, cluster)
    assert changed["EnabledCloudwatchLogsExports"] == ["error", "audit"]
    assert changed["IAMDatabaseAuthenticationEnabled"] is False


def test_cluster_scaling_configuration_and_storage_type(rds: Any) -> None:
    scaling = {"MinCapacity": 0.5, "MaxCapacity": 4.0}
    cluster = _cluster(rds, StorageType="aurora-iopt1", ServerlessV2ScalingConfiguration=scaling)
    described = _described(rds, cluster)
    assert described["StorageType"] == "aurora-iopt1"
    assert described["ServerlessV2ScalingConfiguration"] == scaling
    assert "ScalingConfigurationInfo" not in described


def test_restored_cluster_has_the_settings_of_the_snapshot(rds: Any) -> None:
    cluster = _cluster(rds, DatabaseName="agora", StorageEncrypted=True)
    snapshot = _name()
    rds.create_db_cluster_snapshot(DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=snapshot)
    (saved,) = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot)["DBClusterSnapshots"]
    for source in (snapshot, saved["DBClusterSnapshotArn"]):
        restored = _name()
        rds.restore_db_cluster_from_snapshot(
            DBClusterIdentifier=restored,
            SnapshotIdentifier=source,
            Engine="aurora-mysql",
            EnableIAMDatabaseAuthentication=True,
        )
        described = _described(rds, restored)
        assert described["DatabaseName"] == "agora"
        assert described["StorageEncrypted"] is True
        assert described["MasterUsername"] == "root"
        assert described["IAMDatabaseAuthenticationEnabled"] is True


def test_replica_has_its_own_settings(rds: Any) -> None:
    tags = [{"Key": "product", "Value": "agora"}]
    password = {"ManageMasterUserPassword": False, "MasterUserPassword": "not-a-secret"}
    source = _plain(rds, Tags=tags, BackupRetentionPeriod=14, **password)
    name = _name()
    replica = rds.create_db_instance_read_replica(
        DBInstanceIdentifier=name, SourceDBInstanceIdentifier=source["DBInstanceIdentifier"]
    )["DBInstance"]
    assert replica["DbiResourceId"] != source["DbiResourceId"]
    assert replica["BackupRetentionPeriod"] == 0
    assert replica["TagList"] == []
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    (left,) = rds.describe_db_instances(DBInstanceIdentifier=source["DBInstanceIdentifier"])["DBInstances"]
    assert left["TagList"] == tags


def test_instance_parameters_are_read_back_and_reset(rds: Any) -> None:
    name = _name()
    rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily="mysql8.0", Description="ours")
    given = [
        {"ParameterName": "slow_query_log", "ParameterValue": "1", "ApplyMethod": "immediate"},
        {"ParameterName": "long_query_time", "ParameterValue": "2", "ApplyMethod": "immediate"},
    ]
    rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=given)
    read = rds.describe_db_parameters(DBParameterGroupName=name, Source="user")["Parameters"]
    assert [{key: each[key] for key in given[0]} for each in read] == given
    assert rds.describe_db_parameters(DBParameterGroupName=name, Source="system")["Parameters"] == []
    rds.reset_db_parameter_group(DBParameterGroupName=name, Parameters=given[:1])
    (left,) = rds.describe_db_parameters(DBParameterGroupName=name)["Parameters"]
    assert left["ParameterName"] == "long_query_time"


def test_cluster_parameters_are_read_back_and_reset(rds: Any) -> None:
    group = {"DBClusterParameterGroupName": _name()}
    rds.create_db_cluster_parameter_group(**group, DBParameterGroupFamily="aurora-mysql8.0", Description="ours")
    given = {"ParameterName": "require_secure_transport", "ParameterValue": "ON", "ApplyMethod": "immediate"}
    rds.modify_db_cluster_parameter_group(**group, Parameters=[given])
    (read,) = rds.describe_db_cluster_parameters(**group, Source="user")["Parameters"]
    assert read["ParameterValue"] == "ON"
    rds.reset_db_cluster_parameter_group(**group, ResetAllParameters=True)
    assert rds.describe_db_cluster_parameters(**group)["Parameters"] == []


@pytest.fixture
def subnet_ids(ec2: Any, vpc_id: str) -> list[str]:
    return [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.20.{number}.0/24", AvailabilityZone=f"ap-northeast-2{zone}")[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate("ac")
    ]


def test_changed_subnet_group_is_kept(rds: Any, subnet_ids: list[str]) -> None:
    group = {"DBSubnetGroupName": _name()}
    rds.create_db_subnet_group(**group, DBSubnetGroupDescription="ours", SubnetIds=subnet_ids)
    rds.modify_db_subnet_group(**group, SubnetIds=subnet_ids[:1])
    (read,) = rds.describe_db_subnet_groups(**group)["DBSubnetGroups"]
    assert [subnet["SubnetIdentifier"] for subnet in read["Subnets"]] == subnet_ids[:1]


def test_cluster_endpoint_can_be_created_changed_and_deleted(rds: Any, cluster: str) -> None:
    member = _member(rds, cluster)["DBInstanceIdentifier"]
    endpoint = {"DBClusterEndpointIdentifier": _name()}
    created = rds.create_db_cluster_endpoint(
        **endpoint, DBClusterIdentifier=cluster, EndpointType="READER", Tags=[{"Key": "a", "Value": "b"}]
    )
    assert rds.list_tags_for_resource(ResourceName=created["DBClusterEndpointArn"])["TagList"] == [
        {"Key": "a", "Value": "b"}
    ]
    rds.modify_db_cluster_endpoint(**endpoint, StaticMembers=[member])
    (read,) = rds.describe_db_cluster_endpoints(DBClusterIdentifier=cluster)["DBClusterEndpoints"]
    assert (read["CustomEndpointType"], read["StaticMembers"]) == ("READER", [member])
    rds.delete_db_cluster_endpoint(**endpoint)
    with pytest.raises(ClientError, match="DBClusterEndpointNotFoundFault"):
        rds.delete_db_cluster_endpoint(**endpoint)


def test_proxy_has_targets_and_additional_endpoints(rds: Any, subnet_ids: list[str]) -> None:
    instance = _plain(rds)["DBInstanceIdentifier"]
    proxy = {"DBProxyName": _name()}
    rds.create_db_proxy(
        **proxy,
        EngineFamily="MYSQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": "arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:a"}],
        RoleArn="arn:aws:iam::333333333333:role/proxy",
        VpcSubnetIds=subnet_ids,
    )
    rds.modify_db_proxy(**proxy, IdleClientTimeout=600, RequireTLS=True)
    (read,) = rds.describe_db_proxies(**proxy)["DBProxies"]
    assert (read["IdleClientTimeout"], read["RequireTLS"]) == (600, True)
    (target,) = rds.register_db_proxy_targets(**proxy, DBInstanceIdentifiers=[instance])["DBProxyTargets"]
    assert target["Port"] == 3306
    endpoint = {"DBProxyEndpointName": _name()}
    rds.create_db_proxy_endpoint(**proxy, **endpoint, VpcSubnetIds=subnet_ids, TargetRole="READ_ONLY")
    (read,) = rds.describe_db_proxy_endpoints(**proxy)["DBProxyEndpoints"]
    assert read["TargetRole"] == "READ_ONLY"
    rds.delete_db_proxy_endpoint(**endpoint)
    rds.delete_db_proxy(**proxy)
    with pytest.raises(ClientError, match="DBProxyNotFoundFault"):
        rds.describe_db_proxy_targets(**proxy)


def test_event_subscription_can_be_changed(rds: Any) -> None:
    name = {"SubscriptionName": _name()}
    topic = "arn:aws:sns:ap-northeast-2:333333333333:alarms"
    created = rds.create_event_subscription(**name, SnsTopicArn=topic, SourceType="db-cluster")["EventSubscription"]
    assert created["Enabled"] is True
    rds.modify_event_subscription(**name, EventCategories=["failover"], Enabled=False)
    (read,) = rds.describe_event_subscriptions(**name)["EventSubscriptionsList"]
    assert (read["EventCategoriesList"], read["Enabled"]) == (["failover"], False)
