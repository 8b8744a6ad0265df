"""RDS DB instances: a primary with an optional standby, and read replicas."""

from collections.abc import Sequence
from typing import Any, TypedDict

from cdktf import ITerraformDependable, TerraformStack
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.data.backup.settings import backup_tags
from modules.data.database.keys.passwords import password_secret_name
from modules.data.database.prerequisites import DatabasePrerequisites
from modules.data.secret.settings import RECOVERY_WINDOW_DAYS
from modules.foundation.metrics import MetricSource
from modules.foundation.resources import kept_if
from modules.network.private_zone import PrivateZone

#: RDS allows 8 to 41 characters for MySQL, more for PostgreSQL, without /, ", @, and spaces.
PASSWORD_LENGTH = 40
#: To generate a new password at the next apply, increase it by one.
PASSWORD_VERSION = 1


class _Arguments(TypedDict):
    """Arguments of both the primary and its read replicas."""

    port: float
    vpc_security_group_ids: list[str]
    parameter_group_name: str
    max_allocated_storage: float | None
    storage_type: str
    iops: float | None
    storage_encrypted: bool
    maintenance_window: str
    iam_database_authentication_enabled: bool
    database_insights_mode: str


class RdsInstances(Construct):
    """RDS DB instances.

    Creates: primary, read replicas by ordinal. If RDS does not manage the password, or with a copy of it: secret.
    """

    def __init__(
        self, scope: Construct, id: str, *, prerequisites: DatabasePrerequisites, security_group_id: str
    ) -> None:
        super().__init__(scope, id)
        self._prerequisites = prerequisites
        self._settings = prerequisites.settings
        assert prerequisites.settings.storage is not None, "checked by the settings"
        self._storage = prerequisites.settings.storage
        self._security_group_id = security_group_id
        self._secret: SecretsmanagerSecret | None = None
        self._password = None if self._settings.manage_master_user_password else self._create_password()
        self._create_first()
        if self._settings.copy_master_user_password:
            self._copy_password()
        self._replicas = {ordinal: self._create_replica(ordinal) for ordinal in self._settings.ordinals if ordinal > 1}

    @property
    def secret_arn(self) -> str:
        """The secret with the administrator's login."""
        return self._secret.arn if self._secret else self._prerequisites.managed_secret_arn(self._first)

    @property
    def ready(self) -> list[ITerraformDependable]:
        """The resources that must exist before a client can connect."""
        return [self._first]

    @property
    def resource_ids(self) -> list[str]:
        """The IDs in the ARNs of database users: each instance has its own, replicas too."""
        return [each.resource_id for each in (self._first, *self._replicas.values())]

    @property
    def read_only_endpoint(self) -> str:
        """The endpoints of the replicas, separated by commas."""
        return ",".join(each.address for each in self._replicas.values())

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        replicas = [_source(replica) for replica in self._replicas.values()]
        return {"database": [_source(self._first), *replicas], "replicas": replicas}

    def name(self, zone: PrivateZone) -> None:
        """Create the DNS name of the primary, and one name for all replicas."""
        label = self._prerequisites.label
        zone.add_cname(f"{label}_db", f"{label}.db", self._first.address)
        for ordinal, replica in self._replicas.items():
            zone.add_weighted_cname(f"{label}_ro_db", f"{label}-ro.db", str(ordinal), replica.address)

    def _create_password(self) -> str:
        """Return the expression for a password that Secrets Manager generates and stores at the apply.

        The password passes through Terraform's ephemeral resources and write-only arguments, which are in no plan and
        no state. RDS gets it from the secret, so that an apply after an interrupted one uses the same password, and so
        that a copy of the password that RDS managed before (`_copy_password`) stays in use.
        """
        random = self._ephemeral(
            "aws_secretsmanager_random_password",
            self._address,
            {"password_length": PASSWORD_LENGTH, "exclude_punctuation": True},
        )
        version = self._create_secret(f"{random}.random_password")
        # The ARN of the version is that of the secret, and makes Terraform read the secret after it has a value.
        return f"${{{self._password_in(version.arn, self._address)}}}"

    def _copy_password(self) -> None:
        """Copy the password that RDS manages, as it is at the apply, to the secret that all clients read from then on.

        RDS deletes its secret when it no longer manages the password ([ModifyDBInstance, ManageMasterUserPassword]
        (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html)), so running clients must
        read the copy before that.
        """
        managed = self._prerequisites.managed_secret_arn(self._first)
        self._create_secret(self._password_in(managed, f"{self._address}_managed"))

    @property
    def _address(self) -> str:
        return f"database_{self._prerequisites.label}_password".replace("-", "_")

    def _ephemeral(self, kind: str, name: str, arguments: dict[str, Any]) -> str:
        """Add an ephemeral resource, for which CDKTF 0.21 has no class, and return its address."""
        stack = TerraformStack.of(self)
        # Write-only arguments need Terraform 1.11.
        stack.add_override("terraform.required_version", ">= 1.11")
        stack.add_override(f"ephemeral.{kind}.{name}", arguments)
        return f"ephemeral.{kind}.{name}"

    def _password_in(self, secret_arn: str, name: str) -> str:
        """Return the expression for the password in a secret, which an ephemeral resource of this name reads."""
        secret = self._ephemeral("aws_secretsmanager_secret_version", name, {"secret_id": secret_arn})
        return f'jsondecode({secret}.secret_string)["password"]'

    def _create_secret(self, password: str) -> SecretsmanagerSecretVersion:
        """Create our secret with the administrator's login, and return its first version.

        `password` is an expression. It is written once; a later value has no effect.
        """
        prerequisites, settings = self._prerequisites, self._settings
        self._secret = prerequisites.make(
            SecretsmanagerSecret,
            f"{prerequisites.label}_password",
            name=password_secret_name(prerequisites.names, prerequisites.label),
            description=f"Administrator of the database {prerequisites.label}",
            kms_key_id=prerequisites.secret_key_arn,
            recovery_window_in_days=RECOVERY_WINDOW_DAYS[settings.tier],
            lifecycle=kept_if(prerequisites.kept),
        )
        version = prerequisites.make(
            SecretsmanagerSecretVersion,
            f"{prerequisites.label}_password",
            secret_id=self._secret.id,
            secret_string_wo_version=PASSWORD_VERSION,
        )
        login = f'{{ username = "{settings.master_username}", password = {password} }}'
        version.add_override("secret_string_wo", f"${{jsonencode({login})}}")
        return version

    @property
    def _arguments(self) -> _Arguments:
        """Arguments of both the primary and its replicas that instances of a cluster do not have."""
        settings = self._settings
        return _Arguments(
            port=settings.listens_on,
            vpc_security_group_ids=[self._security_group_id],
            parameter_group_name=self._prerequisites.parameter_group_name,
            max_allocated_storage=self._storage.max_allocated_storage,
            storage_type=self._storage.storage_type,
            iops=self._storage.iops,
            storage_encrypted=settings.storage_encrypted,
            maintenance_window=settings.maintenance_window,
            iam_database_authentication_enabled=settings.iam_database_authentication_enabled,
            database_insights_mode=settings.database_insights_mode,
        )

    def _create_first(self) -> None:
        prerequisites, settings = self._prerequisites, self._settings
        restored = settings.restore_from_snapshot
        managed = settings.manage_master_user_password
        self._first = prerequisites.make(
            DbInstance,
            f"{prerequisites.label}_1",
            identifier=prerequisites.instance_identifier(1),
            engine=settings.engine,
            engine_version=settings.engine_version,
            allow_major_version_upgrade=settings.allow_major_version_upgrade,
            multi_az=settings.multi_az,
            # A snapshot has its own database and administrator.
            snapshot_identifier=restored,
            db_name=None if restored else settings.database_name,
            username=None if restored else settings.master_username,
            manage_master_user_password=True if managed else None,
            master_user_secret_kms_key_id=prerequisites.secret_key_arn if managed else None,
            password_wo_version=None if managed else PASSWORD_VERSION,
            db_subnet_group_name=prerequisites.subnet_group_name,
            allocated_storage=self._storage.allocated_storage,
            # A restored instance has its snapshot's key: [RestoreDBInstanceFromDBSnapshot]
            # (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html) does
            # not accept another.
            kms_key_id=None if restored else prerequisites.key_arn,
            backup_retention_period=settings.backup_retention_period,
            backup_window=settings.backup_window,
            deletion_protection=settings.deletion_protection,
            skip_final_snapshot=settings.skip_final_snapshot,
            final_snapshot_identifier=prerequisites.final_snapshot_identifier,
            # After an accidental deletion, the retained automated backups are all that is left.
            delete_automated_backups=settings.skip_final_snapshot,
            enabled_cloudwatch_logs_exports=list(settings.logs),
            # Only on the primary: the replicas have the same data.
            tags=backup_tags(settings.backup),
            lifecycle=kept_if(prerequisites.kept),
            **self._arguments,
            **prerequisites.instance_arguments,
            depends_on=[*prerequisites.log_groups.values(), *prerequisites.monitoring_ready],
        )
        if self._password:
            self._first.add_override("password_wo", self._password)
        self.endpoint = self._first.address
        self.target_identifier = self._first.identifier

    def _create_replica(self, ordinal: int) -> DbInstance:
        """Create a read replica; its data and its key come from the primary, and it has no backups."""
        prerequisites = self._prerequisites
        return prerequisites.make(
            DbInstance,
            f"{prerequisites.label}_{ordinal}",
            identifier=prerequisites.instance_identifier(ordinal),
            replicate_source_db=self._first.identifier,
            multi_az=False,
            backup_retention_period=0,
            # [DeleteDBInstance](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html): a
            # read replica has no final snapshot.
            skip_final_snapshot=True,
            **self._arguments,
            **prerequisites.instance_arguments,
            depends_on=prerequisites.monitoring_ready,
        )


def _source(instance: DbInstance) -> MetricSource:
    return MetricSource("AWS/RDS", {"DBInstanceIdentifier": instance.identifier})
