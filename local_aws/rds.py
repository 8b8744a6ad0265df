"""RDS: multiple instances, settings of clusters and instances, replicas, and restored clusters.

- AWS: every DB instance has its own DbiResourceId. Moto 5.2.5 gives all of them the same, and the provider, which looks
  up an instance by it, waits forever for the deletion of one. Added: unique IDs.
- AWS: CreateDBCluster, CreateDBInstance, and their Modify operations store Performance Insights, Database Insights,
  Enhanced Monitoring, the certificate authority, and IAM authentication, and the instances of a cluster use the
  cluster's Performance Insights by default. Moto drops them, or some of them when they change. Added: they are stored,
  applied to the cluster's instances, and returned.
- AWS: the default certificate authority is `rds-ca-rsa2048-g1`. Moto returns `rds-ca-default`, for which the provider
  modifies and reboots each instance that names the other. Added: AWS's default.
- AWS: ModifyDBCluster enables and disables log exports with CloudwatchLogsExportConfiguration. Moto looks for them
  under another name. Added: they are applied.
- AWS: Aurora's storage type is `aurora-iopt1`, or `aurora`, which is not returned. Moto supports volumes only. Added.
- AWS: ScalingConfigurationInfo belongs to Serverless v1. Moto returns an empty one for every cluster, which the
  provider tries to change in every plan. Added: none for other clusters.
- AWS: RestoreDBClusterFromSnapshot takes settings that are not in the request from the snapshot. Moto fails for a
  cluster whose password RDS manages. Added: a restored cluster.
- AWS: a read replica is a separate instance: its tags, backups, exports, and protection are those of its request. Moto
  shares all of them with its source. Added: separate settings.
- AWS: an instance whose password RDS manages cannot have read replicas ([Limitations for Secrets Manager integration]
  (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html)). Moto creates them. Added: the
  error.
- AWS: a request that ends the management of a password must contain one ([ModifyDBInstance, ManageMasterUserPassword]
  (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html)). Moto ends it without one.
  Added: the error.
- AWS: DeleteDBCluster rejects a final snapshot whose name exists, without any change ([DeleteDBCluster]
  (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html)). Moto has already deleted the
  master user's secret by then. Added: the name is checked first. Moto itself does not delete a cluster or an instance
  with deletion protection, a cluster that has instances, or an instance whose final snapshot exists.
"""

import secrets
import string
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

# Parameters of a request, and the attributes under which Moto's responses look for them.
_KEPT = {
    "enable_performance_insights": "performance_insights_enabled",
    "performance_insights_kms_key_id": "performance_insights_kms_key_id",
    "performance_insights_retention_period": "performance_insights_retention_period",
    "database_insights_mode": "database_insights_mode",
    "monitoring_interval": "monitoring_interval",
    "monitoring_role_arn": "monitoring_role_arn",
    "engine_lifecycle_support": "engine_lifecycle_support",
    "network_type": "network_type",
}
_OF_CLUSTER = _KEPT | {"ca_certificate_identifier": "ca_certificate_identifier"}

# Settings that an instance takes from its cluster if its own request does not contain them.
_INHERITED = (
    "performance_insights_enabled",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
    "database_insights_mode",
)

# Days; AWS's default, which is free of charge.
_INSIGHTS_RETENTION = 7

# AWS's default for new databases. A value other than the provider's causes a modification and a reboot.
_AUTHORITY = "rds-ca-rsa2048-g1"

# A certificate is valid as long as its authority, here the default one.
_AUTHORITY_ENDS = datetime(2061, 5, 1, tzinfo=UTC)

# Settings that a restored cluster takes from its snapshot if the request does not contain them.
_RESTORED = (
    "allocated_storage",
    "database_name",
    "engine",
    "engine_mode",
    "engine_version",
    "kms_key_id",
    "master_username",
    "port",
    "storage_encrypted",
    "storage_type",
)


def install() -> None:
    """Correct Moto's clusters and instances."""
    from moto.rds.models import DBCluster, DBInstance, DBInstanceClustered, RDSBackend

    from local_aws.extend import add

    add(DBCluster, _of_a_cluster(DBCluster.__init__))
    add(DBInstance, _of_an_instance(DBInstance.__init__), _keeping_changes(DBInstance.update))
    add(DBInstanceClustered, _of_a_member(DBInstanceClustered.__init__))
    DBCluster.scaling_configuration_info = property(  # type: ignore[assignment, method-assign]
        _without_serverless_v1(DBCluster.scaling_configuration_info)
    )
    DBCluster.certificate_details = property(_certificate_details)  # type: ignore[attr-defined]
    add(RDSBackend, _changing_a_cluster(RDSBackend.modify_db_cluster), restore_db_cluster_from_snapshot)
    add(RDSBackend, _with_own_settings(RDSBackend.create_db_instance_read_replica))
    add(RDSBackend, _unless_snapshot_exists(RDSBackend.delete_db_cluster))


def restore_db_cluster_from_snapshot(backend: Any, from_snapshot_id: str, overrides: Any) -> Any:
    """RestoreDBClusterFromSnapshot: with the snapshot's settings where the request has none."""
    (snapshot,) = backend.describe_db_cluster_snapshots(None, from_snapshot_id.rpartition(":")[2])
    saved = {name: getattr(snapshot.cluster, name) for name in _RESTORED}
    saved["kms_key_id"], saved["storage_encrypted"] = snapshot.kms_key_id, snapshot.encrypted
    # The password is part of the snapshot; Moto requires one for a new cluster, and does not return it.
    settings = saved | {"master_user_password": secrets.token_hex(16)} | dict(overrides)
    return backend.create_db_cluster(settings)


def _of_a_cluster(init: Callable[..., None]) -> Callable[..., None]:
    """Store the settings of a new cluster."""

    def initialize(cluster: Any, backend: Any, **request: Any) -> None:
        aurora = request["engine"].startswith("aurora")
        storage_type = request.pop("storage_type", None) if aurora else request.get("storage_type")
        init(cluster, backend, **request)
        if aurora:
            cluster.storage_type = None if storage_type == "aurora" else storage_type
        _keep(cluster, request, _OF_CLUSTER)

    initialize.__name__ = "__init__"
    return initialize


def _of_an_instance(init: Callable[..., None]) -> Callable[..., None]:
    """Store the settings of a new instance, and give it an ID."""

    def initialize(instance: Any, backend: Any, **request: Any) -> None:
        init(instance, backend, **{"ca_certificate_identifier": _AUTHORITY} | request)
        instance.dbi_resource_id = _dbi_resource_id()
        _keep(instance, request, _KEPT)

    initialize.__name__ = "__init__"
    return initialize


def _of_a_member(init: Callable[..., None]) -> Callable[..., None]:
    """Apply the cluster's Performance Insights to its new instance."""

    def initialize(instance: Any, **request: Any) -> None:
        init(instance, **request)
        if "enable_performance_insights" not in request:
            _inherit(instance)

    initialize.__name__ = "__init__"
    return initialize


def _keeping_changes(update: Callable[..., None]) -> Callable[..., None]:
    def changed(instance: Any, **request: Any) -> None:
        if instance.manage_master_user_password and request.get("manage_master_user_password") is False:
            _require_password(request)
        update(instance, **request)
        _keep(instance, request, _KEPT)

    changed.__name__ = "update"
    return changed


def _keep(resource: Any, request: Any, names: dict[str, str]) -> None:
    for asked, attribute in names.items():
        if request.get(asked) is not None:
            setattr(resource, attribute, request[asked])
    _settle_insights(resource)


def _settle_insights(resource: Any) -> None:
    """Set key and retention of Performance Insights only if it is enabled."""
    if getattr(resource, "performance_insights_enabled", False):
        if getattr(resource, "performance_insights_retention_period", None) is None:
            resource.performance_insights_retention_period = _INSIGHTS_RETENTION
    else:
        resource.performance_insights_kms_key_id = None
        resource.performance_insights_retention_period = None


def _inherit(member: Any) -> None:
    for attribute in _INHERITED:
        setattr(member, attribute, getattr(member.cluster, attribute, None))


def _without_serverless_v1(info: Any) -> Callable[[Any], dict[str, Any] | None]:
    """Return the scaling configuration of clusters that have one; it is not the one of Serverless v2."""
    return lambda cluster: info.fget(cluster) if cluster.scaling_configuration else None


def _certificate_details(cluster: Any) -> dict[str, Any] | None:
    authority = getattr(cluster, "ca_certificate_identifier", None)
    return {"CAIdentifier": authority, "ValidTill": _AUTHORITY_ENDS} if authority else None


def _changing_a_cluster(modify: Callable[..., Any]) -> Callable[..., Any]:
    """Apply what Moto's ModifyDBCluster omits."""

    def modify_db_cluster(backend: Any, request: Any) -> Any:
        cluster = backend.describe_db_clusters(request["db_cluster_identifier"])[0]
        # Moto would look here for the log exports, and expects a list.
        exports = request.pop("cloudwatch_logs_export_configuration", None) or {}
        authentication = request.pop("enable_iam_database_authentication", None)
        if authentication is not None:
            cluster.iam_auth = authentication
        disabled = set(exports.get("DisableLogTypes") or [])
        kept = [kind for kind in cluster.enabled_cloudwatch_logs_exports if kind not in disabled]
        cluster.enabled_cloudwatch_logs_exports = kept + list(exports.get("EnableLogTypes") or [])
        insights = any(name in request for name in ("enable_performance_insights", "database_insights_mode"))
        _keep(cluster, request, _OF_CLUSTER)
        if insights:
            for member in cluster.members:
                _inherit(member)
        return modify(backend, request)

    return modify_db_cluster


def _with_own_settings(create: Callable[..., Any]) -> Callable[..., Any]:
    """Give a read replica its own settings."""

    def create_db_instance_read_replica(backend: Any, request: Any) -> Any:
        _refuse_managed_password(backend.find_db_from_id(request["source_db_instance_identifier"]))
        replica = create(backend, request)
        replica.dbi_resource_id = _dbi_resource_id()
        replica.tags = list(request.get("tags") or [])
        replica.multi_az = bool(request.get("multi_az"))
        replica.deletion_protection = bool(request.get("deletion_protection"))
        replica.backup_retention_period = request.get("backup_retention_period") or 0
        replica.enabled_cloudwatch_logs_exports = list(request.get("enable_cloudwatch_logs_exports") or [])
        replica.performance_insights_enabled = bool(request.get("enable_performance_insights"))
        _settle_insights(replica)
        return replica

    return create_db_instance_read_replica


def _require_password(request: Any) -> None:
    from moto.rds.exceptions import InvalidParameterCombination

    if not request.get("master_user_password"):
        raise InvalidParameterCombination("You must specify MasterUserPassword to end its management.")


def _refuse_managed_password(source: Any) -> None:
    from moto.rds.exceptions import RDSClientError

    if source.manage_master_user_password:
        message = "Read replicas are not supported for a source whose password is managed in Secrets Manager."
        raise RDSClientError("InvalidDBInstanceState", message)


def _unless_snapshot_exists(delete: Callable[..., Any]) -> Callable[..., Any]:
    def delete_db_cluster(backend: Any, cluster_identifier: str, snapshot_name: str | None = None) -> Any:
        from moto.rds.exceptions import DBClusterSnapshotAlreadyExistsError

        if snapshot_name and snapshot_name in backend.cluster_snapshots:
            raise DBClusterSnapshotAlreadyExistsError(snapshot_name)
        return delete(backend, cluster_identifier, snapshot_name)

    return delete_db_cluster


def _dbi_resource_id() -> str:
    return f"db-{letters(26)}"


def letters(count: int) -> str:
    """Return random characters as in the resource IDs of RDS."""
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(count))
