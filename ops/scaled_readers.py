"""Readers that scaling added to an Aurora cluster.

Terraform has no resource for them, they remain when their scaling is deleted, and AWS does not delete a cluster that
has instances ("Amazon Aurora Auto Scaling with Aurora Replicas",
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Integrating.AutoScaling.html).
"""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from modules.data.database.settings import cluster_identifier
from modules.environment_files import EnvironmentFile
from ops.errors import ExitCode, OpsError
from ops.guard.obstacles import SCALED_READER
from ops.steps import step
from ops.target import Clients

DIMENSION = "rds:cluster:ReadReplicaCount"


def deletable_readers(clients: Clients, file: EnvironmentFile, label: str) -> tuple[str, list[str]]:
    """Return the cluster of a `database` block and its readers that scaling added.

    Raises OpsError if the cluster does not exist, or if its deletion protection is on.
    """
    settings = file.settings
    known = [name for name, database in settings.database.items() if database.is_aurora]
    if label not in known:
        declared = f"it declares {', '.join(known)}" if known else "it declares none"
        raise OpsError(f'{file.document.file} declares no Aurora database "{label}", {declared}', ExitCode.REFUSED)
    identifier = cluster_identifier(settings.names, label)
    try:
        (cluster,) = clients("rds").describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"]
    except ClientError as error:
        raise OpsError(f"{identifier}: {error}", ExitCode.REFUSED) from None
    if cluster["DeletionProtection"]:
        raise OpsError(
            f"the deletion protection of {identifier} is on. Scaling removes the readers of a cluster that stays; to "
            "delete the cluster, first apply deletion_protection = false "
            '(docs/runbooks/plan.md, "Removing a protected block")',
            ExitCode.REFUSED,
        )
    members = [each["DBInstanceIdentifier"] for each in cluster["DBClusterMembers"]]
    return identifier, sorted(name for name in members if name.startswith(SCALED_READER))


def delete_readers(clients: Clients, cluster: str, readers: Sequence[str]) -> None:
    """Remove the scaling of the cluster, delete the readers, and wait until they are gone. Raises OpsError."""
    rds = clients("rds")
    with step(f"delete the readers that scaling added to {cluster}") as doing:
        try:
            _end_scaling(clients("application-autoscaling"), cluster)
            for reader in readers:
                rds.delete_db_instance(DBInstanceIdentifier=reader, SkipFinalSnapshot=True)
            for reader in readers:
                doing.progress(f"waiting for {reader}")
                rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier=reader)
        except (ClientError, WaiterError) as error:
            raise OpsError(f"{cluster}: {error}; run the same command again") from None
        doing.result = ", ".join(readers)


def _end_scaling(scaling: Any, cluster: str) -> None:
    """Deregister the cluster, with its policies and schedules, so that no reader is added again."""
    target = {"ServiceNamespace": "rds", "ResourceId": f"cluster:{cluster}", "ScalableDimension": DIMENSION}
    try:
        scaling.deregister_scalable_target(**target)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ObjectNotFoundException":
            raise
