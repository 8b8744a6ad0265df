"""Removal of protected blocks from production in two steps, and destroying the same block twice.

The embedded AWS refuses what AWS refuses: deleting what is protected or not empty, and clusters with instances, and
snapshots whose names are taken.
"""

from pathlib import Path

import pytest

from local_aws.process import LocalAws
from ops.deploy import prepare_destroy
from ops.errors import OpsError
from ops.guard.plan import Plan
from ops.scaled_readers import deletable_readers, delete_readers
from ops.target import Target, clients_of
from tests.local.account import ACCOUNT
from tests.local.roles import clients_of_role
from tests.local.small import Small, deletions, record
from tests.support.environments import ALARMS

NETWORK = f"""\
product    = "mobile"
account_id = "{ACCOUNT}"
region     = "us-east-1"
tier       = "production"

network {{
  cidr               = "10.45.0.0/20"
  availability_zones = ["a", "b"]
  nat                = "none"
}}

zone "public" {{
  name = "shop.example"
}}
"""
SCALING = """\
  replica_scaling {
    min_capacity = 1
    max_capacity = 3

    target_tracking "cpu" {
      metric       = "cpu"
      target_value = 55
    }
  }
"""
#: Each block with the line that turns off its protection, and the protected resources.
BLOCKS = {
    "aws_lb.load_balancer_public": (
        'load_balancer "public" {\n  names = ["api.shop.example"]\n', "deletion_protection = false"),
    "aws_cognito_user_pool.sign_in_users": (
        'sign_in {\n  client "web" {\n    callback_urls = ["https://www.shop.example/signed-in"]\n  }\n',
        "deletion_protection = false"),
    "aws_s3_bucket.site_www": ('site "www" {\n  names = ["www.shop.example"]\n', "force_destroy = true"),
    "aws_rds_cluster.database_main": (
        'database "main" {\n  engine = "aurora-mysql"\n  engine_version = "8.0.mysql_aurora.3.10.1"\n'
        '  instance_class = "db.r7g.large"\n  instances = 2\n  availability_zones = ["a", "b"]\n',
        "deletion_protection = false"),
    "aws_s3_bucket.bucket_content": ('bucket "content" {\n  backup = "daily"\n', "force_destroy = true"),
    "aws_ecr_repository.repository_api": ('repository "api" {\n', "force_delete = true"),
    "aws_backup_vault.backup_main": ("backup {\n  governance_lock = true\n", "force_destroy = true"),
}  # fmt: skip
#: Blocks without a protection of their own.
OTHERS = 'cache "sessions" {\n  node_type = "cache.m7g.large"\n}\n\nsecret "token" {\n}\n' + ALARMS
PROTECTED = NETWORK + "".join(
    f"{block}{SCALING if address == 'aws_rds_cluster.database_main' else ''}}}\n\n"
    for address, (block, _) in BLOCKS.items()
)
LIFTED = NETWORK + "".join(f"{block}  {line}\n}}\n\n" for block, line in BLOCKS.values())
READERS = "rds:cluster:ReadReplicaCount"
CLUSTER = "mobile-shop-main"


@pytest.fixture(scope="module")
def shop(bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A production environment with a non-empty block of each protected kind."""
    environment = Small("shop", tmp_path_factory.mktemp("shop"), local_aws)
    environment.apply(PROTECTED + OTHERS)
    assert environment.plan(PROTECTED + OTHERS).changes == []
    fill(environment)
    return environment


def fill(shop: Small) -> None:
    """Create an object, a page, an image, a recovery point, and a scaled reader in the applied environment."""
    (role,) = [each["Arn"] for each in shop.client("iam").list_roles()["Roles"] if "backup" in each["RoleName"]]
    shop.client("s3").put_object(Bucket=f"mobile-shop-site-www-{ACCOUNT}-us-east-1", Key="index.html", Body=b"Hello")
    # Only roles named in the bucket's policy can write to it.
    clients_of_role(shop.target, shop.file, role)("s3").put_object(
        Bucket=f"mobile-shop-content-{ACCOUNT}-us-east-1", Key="a", Body=b"a"
    )
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    shop.client("ecr").put_image(
        repositoryName="mobile/api", imageManifest="{}", imageManifestMediaType=kind, imageTag="1.0.0"
    )
    shop.client("backup").start_backup_job(
        BackupVaultName="mobile-shop-backup", ResourceArn="arn:aws:s3:::content", IamRoleArn=role
    )
    add_a_reader(shop, CLUSTER)


def add_a_reader(environment: Small, cluster: str) -> None:
    """Make scaling add a reader, as a schedule with a higher minimum does."""
    environment.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="rds", ResourceId=f"cluster:{cluster}", ScalableDimension=READERS, MinCapacity=2, MaxCapacity=3
    )


def records_of_loss(plan: Plan) -> str:
    """Return records of loss, and of protection for protecting resources, for everything that a plan destroys."""
    gone = [each.address for each in plan.changes if each.change.is_loss]
    return "".join(record(address, "loss", "protection") for address in gone) + deletions(len(gone))


def test_removal_in_one_step_is_refused_before_any_deletion(shop: Small) -> None:
    plan = shop.plan(NETWORK)
    records = records_of_loss(plan)
    emptied_first = {"aws_s3_bucket.site_www", "aws_s3_bucket.bucket_content", "aws_ecr_repository.repository_api"}
    emptied_first |= {"aws_backup_vault.backup_main"}
    expected = {(address, "empty" if address in emptied_first else "blocked") for address in BLOCKS}
    assert shop.refused(records) == expected
    message = "\n".join(each.sentence for each in shop.judged(records).refused)
    assert "readers that scaling added (application-autoscaling-" in message


def test_removal_in_two_steps_deletes_everything(shop: Small, capsys: pytest.CaptureFixture[str]) -> None:
    lifting = "".join(record(address, "protection") for address in BLOCKS)
    first = shop.plan(LIFTED + OTHERS, lifting)
    assert shop.refused(lifting) == set()
    assert {each.address for each in shop.judged(lifting).unlocked} == set(BLOCKS)
    assert {each.address for each in first.changes if each.change.is_loss} == {
        "aws_appautoscaling_policy.database_main_replicas_cpu",
        "aws_appautoscaling_target.database_main_replicas",
    }
    shop.terraform.apply()
    assert shop.plan(LIFTED + OTHERS, lifting).changes == []

    loss = records_of_loss(shop.plan(NETWORK, lifting))
    assert shop.refused(loss) == {("aws_rds_cluster.database_main", "blocked")}
    shop.write(LIFTED + ALARMS, lifting)
    clients = clients_of(shop.target, shop.file)
    cluster, readers = deletable_readers(clients, shop.file, "main")
    assert (cluster, len(readers)) == (CLUSTER, 1)
    delete_readers(clients, cluster, readers)
    assert f"delete the readers that scaling added to {CLUSTER}: application-autoscaling-" in capsys.readouterr().err

    shop.plan(NETWORK, loss)
    assert shop.refused(loss) == set()
    shop.terraform.apply()
    assert shop.plan(NETWORK).changes == []
    assert left(shop) == []


def left(shop: Small) -> list[str]:
    """Return the protected resources that remain in AWS. The key of the snapshots is expected to remain."""
    found = [each["LoadBalancerName"] for each in shop.client("elbv2").describe_load_balancers()["LoadBalancers"]]
    found += [each["DBClusterIdentifier"] for each in shop.client("rds").describe_db_clusters()["DBClusters"]]
    found += [each["Name"] for each in shop.client("cognito-idp").list_user_pools(MaxResults=9)["UserPools"]]
    found += [each["Name"] for each in shop.client("s3").list_buckets()["Buckets"] if "-shop-" in each["Name"]]
    found += [each["repositoryName"] for each in shop.client("ecr").describe_repositories()["repositories"]]
    found += [each["BackupVaultName"] for each in shop.client("backup").list_backup_vaults()["BackupVaultList"]]
    return [name for name in found if "-logs-" not in name]


def test_final_snapshots_and_their_key_remain(shop: Small) -> None:
    found = shop.client("rds").describe_db_cluster_snapshots(DBClusterIdentifier=CLUSTER)["DBClusterSnapshots"]
    (snapshot,) = [each for each in found if each["SnapshotType"] == "manual"]
    assert snapshot["DBClusterSnapshotIdentifier"].startswith(f"{CLUSTER}-final-20")
    (cached,) = shop.client("elasticache").describe_snapshots()["Snapshots"]
    assert cached["SnapshotName"].startswith("mobile-shop-sessions-final-20")
    kms = shop.client("kms")
    for key in (snapshot["KmsKeyId"], cached["KmsKeyId"]):
        assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


STAGING = NETWORK.split("zone ")[0].replace("production", "staging").replace("10.45", "10.46")
DATABASE = BLOCKS["aws_rds_cluster.database_main"]
GROWING = f"{STAGING}{DATABASE[0]}  {DATABASE[1]}\n{SCALING}}}\n"


def test_scaled_cluster_and_its_successor_are_destroyed(
    bare_account: Target, local_aws: LocalAws, tmp_path: Path
) -> None:
    trial = Small("trial", tmp_path, local_aws)
    trial.apply(GROWING)
    add_a_reader(trial, "mobile-trial-main")
    with pytest.raises(OpsError, match="mobile-trial-main was not destroyed"):
        prepare_destroy(trial.target, trial.file, lambda _: False)
    prepare_destroy(trial.target, trial.file, lambda _: True)
    trial.apply(STAGING)
    trial.apply(GROWING)
    trial.terraform.destroy()
    snapshots = trial.client("rds").describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    names = [each["DBClusterSnapshotIdentifier"] for each in snapshots]
    assert len([name for name in names if name.startswith("mobile-trial-main-final-20")]) == 2
