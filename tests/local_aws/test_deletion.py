"""Deletions that AWS rejects, and names that remain in use: the embedded AWS rejects the same."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

READERS = {"ServiceNamespace": "rds", "ScalableDimension": "rds:cluster:ReadReplicaCount"}
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def name() -> str:
    return f"n{uuid4().hex[:12]}"


@pytest.fixture
def rds(client: Callable[[str], Any]) -> Any:
    return client("rds")


def cluster_of(rds: Any, **settings: Any) -> str:
    cluster = name()
    rds.create_db_cluster(
        DBClusterIdentifier=cluster,
        Engine="aurora-mysql",
        MasterUsername="root",
        ManageMasterUserPassword=True,
        **settings,
    )
    return cluster


def instance_of(rds: Any, cluster: str) -> str:
    instance = name()
    rds.create_db_instance(
        DBInstanceIdentifier=instance,
        DBClusterIdentifier=cluster,
        Engine="aurora-mysql",
        DBInstanceClass="db.r7g.large",
    )
    return instance


def test_protected_cluster_cannot_be_deleted(rds: Any) -> None:
    cluster = cluster_of(rds, DeletionProtection=True)
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)
    rds.modify_db_cluster(DBClusterIdentifier=cluster, DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)


def test_cluster_with_an_instance_cannot_be_deleted(rds: Any) -> None:
    cluster = cluster_of(rds)
    instance = instance_of(rds, cluster)
    with pytest.raises(ClientError, match="InvalidDBClusterStateFault"):
        rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)
    rds.delete_db_instance(DBInstanceIdentifier=instance)
    rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)


def test_cluster_final_snapshot_with_an_existing_name_fails(rds: Any, client: Callable[[str], Any]) -> None:
    snapshot = name()
    rds.delete_db_cluster(DBClusterIdentifier=cluster_of(rds), FinalDBSnapshotIdentifier=snapshot)
    second = cluster_of(rds)
    with pytest.raises(ClientError, match="DBClusterSnapshotAlreadyExists"):
        rds.delete_db_cluster(DBClusterIdentifier=second, FinalDBSnapshotIdentifier=snapshot)
    (kept,) = rds.describe_db_clusters(DBClusterIdentifier=second)["DBClusters"]
    secret = client("secretsmanager").describe_secret(SecretId=kept["MasterUserSecret"]["SecretArn"])
    assert "DeletedDate" not in secret
    rds.delete_db_cluster(DBClusterIdentifier=second, FinalDBSnapshotIdentifier=f"{snapshot}-2")


@pytest.fixture
def plain(rds: Any) -> Callable[..., str]:
    def create(**settings: Any) -> str:
        instance = name()
        rds.create_db_instance(
            DBInstanceIdentifier=instance,
            DBInstanceClass="db.m7g.large",
            Engine="mysql",
            AllocatedStorage=20,
            MasterUsername="root",
            **settings,
        )
        return instance

    return create


def test_protected_instance_cannot_be_deleted(rds: Any, plain: Callable[..., str]) -> None:
    instance = plain(MasterUserPassword="not-a-secret", DeletionProtection=True)
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        rds.delete_db_instance(DBInstanceIdentifier=instance, SkipFinalSnapshot=True)


def test_instance_final_snapshot_with_an_existing_name_fails(rds: Any, plain: Callable[..., str]) -> None:
    snapshot = name()
    first, second = (plain(MasterUserPassword="not-a-secret") for _ in range(2))
    rds.delete_db_instance(DBInstanceIdentifier=first, FinalDBSnapshotIdentifier=snapshot)
    with pytest.raises(ClientError, match="DBSnapshotAlreadyExists"):
        rds.delete_db_instance(DBInstanceIdentifier=second, FinalDBSnapshotIdentifier=snapshot)
    assert rds.describe_db_instances(DBInstanceIdentifier=second)["DBInstances"]


def test_replica_of_an_instance_with_a_managed_password_fails(rds: Any, plain: Callable[..., str]) -> None:
    source = plain(ManageMasterUserPassword=True)
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        rds.create_db_instance_read_replica(DBInstanceIdentifier=name(), SourceDBInstanceIdentifier=source)
    with pytest.raises(ClientError, match="must specify MasterUserPassword"):
        rds.modify_db_instance(DBInstanceIdentifier=source, ManageMasterUserPassword=False)
    rds.modify_db_instance(
        DBInstanceIdentifier=source, ManageMasterUserPassword=False, MasterUserPassword="not-a-secret"
    )
    rds.create_db_instance_read_replica(DBInstanceIdentifier=name(), SourceDBInstanceIdentifier=source)


def readers_of(rds: Any, cluster: str) -> list[str]:
    (found,) = rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"]
    return [each["DBInstanceIdentifier"] for each in found["DBClusterMembers"] if not each["IsClusterWriter"]]


def test_readers_are_created_and_deleted_with_the_limits_of_the_target(rds: Any, client: Callable[[str], Any]) -> None:
    scaling, cluster = client("application-autoscaling"), cluster_of(rds)
    target = {**READERS, "ResourceId": f"cluster:{cluster}"}
    instance_of(rds, cluster)
    ours = instance_of(rds, cluster)
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=5)
    assert readers_of(rds, cluster) == [ours]
    scaling.register_scalable_target(**target, MinCapacity=3, MaxCapacity=5)
    added = [each for each in readers_of(rds, cluster) if each.startswith("application-autoscaling-")]
    assert len(added) == 2
    (reader,) = rds.describe_db_instances(DBInstanceIdentifier=added[0])["DBInstances"]
    assert {"Key": "application-autoscaling:resourceId", "Value": target["ResourceId"]} in reader["TagList"]
    scaling.register_scalable_target(**target, MinCapacity=0, MaxCapacity=0)
    assert readers_of(rds, cluster) == [ours]


def test_deregistering_a_target_keeps_its_readers_and_deletes_its_policies(
    rds: Any, client: Callable[[str], Any]
) -> None:
    scaling, cluster = client("application-autoscaling"), cluster_of(rds)
    target = {**READERS, "ResourceId": f"cluster:{cluster}"}
    instance_of(rds, cluster)
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=5)
    metric = {"PredefinedMetricType": "RDSReaderAverageCPUUtilization"}
    scaling.put_scaling_policy(
        **target,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 50.0, "PredefinedMetricSpecification": metric},
    )
    scaling.put_scheduled_action(**target, ScheduledActionName="evening", Schedule="cron(30 18 * * ? *)")
    scaling.deregister_scalable_target(**target)
    assert len(readers_of(rds, cluster)) == 1
    of_it = {"ServiceNamespace": "rds", "ResourceId": target["ResourceId"]}
    assert scaling.describe_scaling_policies(**of_it)["ScalingPolicies"] == []
    assert scaling.describe_scheduled_actions(**of_it)["ScheduledActions"] == []
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        scaling.deregister_scalable_target(**target)
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        scaling.delete_scaling_policy(**target, PolicyName="cpu")


def test_cache_final_snapshot_with_an_existing_name_fails(client: Callable[[str], Any]) -> None:
    cache, snapshot = client("elasticache"), name()
    first, second = name(), name()
    for each in (first, second):
        cache.create_replication_group(ReplicationGroupId=each, ReplicationGroupDescription="sessions")
    cache.delete_replication_group(ReplicationGroupId=first, FinalSnapshotIdentifier=snapshot)
    (kept,) = cache.describe_snapshots(SnapshotName=snapshot)["Snapshots"]
    assert kept["ReplicationGroupId"] == first
    with pytest.raises(ClientError, match="SnapshotAlreadyExistsFault"):
        cache.delete_replication_group(ReplicationGroupId=second, FinalSnapshotIdentifier=snapshot)
    assert cache.describe_replication_groups(ReplicationGroupId=second)["ReplicationGroups"]


def test_protected_user_pool_cannot_be_deleted(client: Callable[[str], Any]) -> None:
    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=name(), DeletionProtection="ACTIVE")["UserPool"]["Id"]
    with pytest.raises(ClientError, match="deletion protection is activated"):
        cognito.delete_user_pool(UserPoolId=pool)
    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
    domain = name()
    cognito.create_user_pool_domain(Domain=domain, UserPoolId=pool)
    with pytest.raises(ClientError, match="has a domain configured"):
        cognito.delete_user_pool(UserPoolId=pool)
    cognito.delete_user_pool_domain(Domain=domain, UserPoolId=pool)
    cognito.delete_user_pool(UserPoolId=pool)


def test_secret_scheduled_for_deletion_keeps_its_name(client: Callable[[str], Any]) -> None:
    secrets, secret = client("secretsmanager"), name()
    secrets.create_secret(Name=secret)
    secrets.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    with pytest.raises(ClientError, match=r"InvalidRequestException.*already scheduled for deletion"):
        secrets.create_secret(Name=secret)
    secrets.restore_secret(SecretId=secret)
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name=secret)


def test_bucket_with_an_object_a_version_or_a_delete_marker_cannot_be_deleted(client: Callable[[str], Any]) -> None:
    s3, bucket = client("s3"), f"agora-{uuid4().hex}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="a", Body=b"a")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    for left in (version, marker):
        with pytest.raises(ClientError, match="BucketNotEmpty"):
            s3.delete_bucket(Bucket=bucket)
        s3.delete_object(Bucket=bucket, Key="a", VersionId=left)
    s3.delete_bucket(Bucket=bucket)


def test_repository_with_an_image_can_be_deleted_only_by_force(client: Callable[[str], Any]) -> None:
    ecr, repository = client("ecr"), {"repositoryName": name()}
    ecr.create_repository(**repository)
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    ecr.put_image(**repository, imageManifest="{}", imageManifestMediaType=kind, imageTag="1.0.0")
    with pytest.raises(ClientError, match="RepositoryNotEmptyException"):
        ecr.delete_repository(**repository)
    ecr.delete_repository(**repository, force=True)


@pytest.fixture
def role_arn(client: Callable[[str], Any]) -> str:
    return str(client("iam").create_role(RoleName=name(), AssumeRolePolicyDocument=TRUST)["Role"]["Arn"])


def test_vault_with_a_recovery_point_cannot_be_deleted(client: Callable[[str], Any], role_arn: str) -> None:
    backup, vault = client("backup"), {"BackupVaultName": name()}
    backup.create_backup_vault(**vault)
    started = backup.start_backup_job(**vault, ResourceArn="arn:aws:s3:::content", IamRoleArn=role_arn)
    point = {**vault, "RecoveryPointArn": started["RecoveryPointArn"]}
    assert backup.describe_recovery_point(**point)["Status"] == "COMPLETED"
    with pytest.raises(ClientError, match="contains recovery points"):
        backup.delete_backup_vault(**vault)
    backup.put_backup_vault_lock_configuration(**vault, MinRetentionDays=7)
    with pytest.raises(ClientError, match="vault is locked"):
        backup.delete_recovery_point(**point)
    backup.delete_backup_vault_lock_configuration(**vault)
    backup.delete_recovery_point(**point)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.describe_recovery_point(**point)
    backup.delete_backup_vault(**vault)


def test_recovery_point_without_its_role_becomes_expired(client: Callable[[str], Any], role_arn: str) -> None:
    backup, vault = client("backup"), {"BackupVaultName": name()}
    backup.create_backup_vault(**vault)
    started = backup.start_backup_job(**vault, ResourceArn="arn:aws:s3:::content", IamRoleArn=role_arn)
    client("iam").delete_role(RoleName=role_arn.rpartition("/")[2])
    backup.delete_recovery_point(**vault, RecoveryPointArn=started["RecoveryPointArn"])
    (left,) = backup.list_recovery_points_by_backup_vault(**vault)["RecoveryPoints"]
    assert left["Status"] == "EXPIRED"


def test_record_with_an_existing_name_fails(client: Callable[[str], Any]) -> None:
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="agora.example", CallerReference=name())["HostedZone"]["Id"]

    def change(action: str, value: str, **more: Any) -> None:
        record = {"Name": "*.agora.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}], **more}
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    change("CREATE", "192.0.2.1", SetIdentifier="blue", Weight=1)
    change("CREATE", "192.0.2.2", SetIdentifier="green", Weight=1)
    with pytest.raises(ClientError, match=r"InvalidChangeBatch.*already exists"):
        change("CREATE", "192.0.2.3", SetIdentifier="blue", Weight=1)
    change("UPSERT", "192.0.2.3", SetIdentifier="blue", Weight=1)
    with pytest.raises(ClientError, match="HostedZoneNotEmpty"):
        route53.delete_hosted_zone(Id=zone)
