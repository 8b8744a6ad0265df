"""Access of a task to the databases, caches, buckets, and queues that it names, and its environment variables."""

from cdktf import ITerraformDependable
from constructs import Construct

from modules.compute.task.context import TaskContext
from modules.compute.task.keys.container import ContainerSettings
from modules.compute.task.rights import parameter_arn, read_environment_files, read_parameters, use_bucket
from modules.compute.task.settings import TaskSettings
from modules.data.cache.keys.names import PORT as CACHE_PORT
from modules.data.logins import (
    DatabaseLogin,
    cache_login,
    cache_user,
    cache_variables,
    read_secrets,
    secret_keys,
)
from modules.foundation.policies import sid
from modules.foundation.resources import Resources
from modules.foundation.roles import Role
from modules.foundation.variables import variables_for
from modules.network.vpc.security_groups import HTTPS, Peer, SecurityGroup, members_of


class TaskAccess(Construct):
    """Access to what a task's block lists, on both sides: security groups, bucket policies, and role policies.

    Creates: the task's security group; an egress rule for each `egress` block, database, cache, and service; what the
    grant methods of databases, caches, and buckets create.

    `modules/foundation/variables.py` describes the environment variables. A network with a proxy adds others.

    Variables are set when a task starts, and passwords are rotated: a program whose new connection is rejected reads
    the secret again by its ARN, which the task role allows.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        label: str,
        full_name: str,
        settings: TaskSettings,
        context: TaskContext,
        execution_role: Role,
        task_role: Role,
    ) -> None:
        """`full_name` identifies the task in the rules and policies of others: `service-api`."""
        super().__init__(scope, id)
        self._make = make
        self._label = label
        self._full_name = full_name
        self._settings = settings
        self._context = context
        self._execution_role = execution_role
        self._task_role = task_role
        #: The variables of the main container.
        self.environment = dict(settings.environment)
        #: The variables of every container if the network has a proxy.
        self.proxy_variables: dict[str, str] = {}
        #: The variables of the main container from Secrets Manager and Parameter Store, each with its `valueFrom`.
        self.secrets: dict[str, str] = {}
        self._logins: dict[str, DatabaseLogin] = {}
        self._create_security_group()
        self._use_proxy()
        for database in settings.databases:
            self._use_database(database)
        for cache, user in settings.cache_users.items():
            self._use_cache(cache, user)
        for bucket in settings.buckets:
            self._use_bucket(bucket)
        self.environment |= context.events.grant_publish(task_role, settings.published_to)
        self._read_secrets()
        self._read_environment_files()

    @property
    def ready(self) -> list[ITerraformDependable]:
        """The resources that must exist before a task is started: its users in databases."""
        return [each for login in self._logins.values() for each in login.ready]

    def written_secrets(self, container: ContainerSettings) -> dict[str, str]:
        """Return the variables of a container from its `secrets` and `parameters`, each with its `valueFrom`."""
        names, found = self._context.foundation.names, {}
        for variable, (label, key) in container.secret_keys.items():
            arn = self._context.data.secrets[label].arn
            found[variable] = f"{arn}:{key}::" if key else arn
        return found | {variable: parameter_arn(each, names) for variable, each in container.parameters.items()}

    def environment_files(self, container: ContainerSettings) -> list[str]:
        """Return the ARNs of a container's files of environment variables."""
        return [f"{self._context.data.buckets[name].arn}/{key}" for name, key in container.environment_objects]

    def allow_egress_to(self, security_group_id: str, port: int, name: str) -> None:
        """Allow traffic to the members of a security group; `name` identifies them and is unique in the task."""
        self._group.allow_egress_to(f"{self._label}_to_{name}", members_of(security_group_id), port, f"To {name}")

    def _create_security_group(self) -> None:
        name = self._context.foundation.names.of(self._full_name)
        self._group = SecurityGroup(
            self._make,
            self._label,
            name=name,
            description=f"{self._full_name}: whoever is let in by name, and whom it calls",
            vpc_id=self._context.network.vpc.vpc_id,
        )
        self.security_group_id = self._group.id
        # Image layers come from S3, which keeps its public addresses with a gateway endpoint.
        s3 = Peer(prefix_list_id=self._context.network.s3_prefix_list_id)
        self._group.allow_egress_to(f"{self._label}_to_s3", s3, HTTPS, "To S3")
        for label, egress in self._settings.egress.items():
            destination = Peer(cidr_ipv4=str(egress.cidr))
            self._group.allow_egress_to(
                f"{self._label}_{label}", destination, egress.port, label, protocol=egress.protocol
            )

    def _use_proxy(self) -> None:
        proxy = self._context.network.vpc.proxy
        if proxy:
            self._group.allow_egress_to_proxy(self._label, proxy)
            self.proxy_variables = proxy.variables()
            self.environment = {**self.proxy_variables, **self.environment}

    def _use_database(self, label: str) -> None:
        database = self._context.data.databases[label]
        database.allow_ingress_from(self.security_group_id, self._full_name)
        self.allow_egress_to(database.security_group_id, database.port, f"database_{label}")
        if database.proxy:
            self.allow_egress_to(database.proxy.security_group_id, database.proxy.port, f"database_{label}_proxy")
        login = self._context.events.database_login(self._full_name, label, self._settings.databases[label])
        self._logins[label] = login
        self._task_role.add_statements(*login.statements)
        self.environment |= login.variables
        self.secrets |= login.secret_variables

    def _use_cache(self, label: str, user: str | None) -> None:
        cache = self._context.data.caches[label]
        cache.allow_ingress_from(self.security_group_id, self._full_name)
        self.allow_egress_to(cache.security_group_id, CACHE_PORT, f"cache_{label}")
        user = cache_user(cache, user)
        self._task_role.add_statements(*cache_login(label, cache, user))
        self.environment |= cache_variables(label, cache, user)

    def _use_bucket(self, label: str) -> None:
        bucket = self._context.data.buckets[label]
        prefixes = self._settings.buckets[label]
        self._task_role.add_statements(*use_bucket(sid(label), bucket.arn, prefixes))
        bucket.grant(self._task_role.arn, prefixes, name=self._full_name)
        only = prefixes.all[0] if len(prefixes.all) == 1 else None
        self.environment |= variables_for("bucket", label, name=bucket.name, prefix=only or None)

    def _read_secrets(self) -> None:
        """Allow ECS to read the variables' values, and the program to read the logins that are rotated."""
        names, data = self._context.foundation.names, self._context.data
        logins = secret_keys(self._logins.values())
        containers = [each for _, each in self._settings.containers()]
        used = [data.secrets[label] for each in containers for label, _ in each.secret_keys.values()]
        declared = {secret.arn: secret.key_arn for secret in used}
        parameters = [parameter_arn(name, names) for each in containers for name in each.parameters.values()]
        self.secrets |= self.written_secrets(self._settings)
        self._execution_role.add_statements(*read_secrets({**logins, **declared}, names), *read_parameters(parameters))
        self._task_role.add_statements(*read_secrets(logins, names))

    def _read_environment_files(self) -> None:
        objects: dict[str, list[str]] = {}
        containers = [each for _, each in self._settings.containers()]
        for label, key in dict.fromkeys(file for each in containers for file in each.environment_objects):
            bucket = self._context.data.buckets[label]
            bucket.grant_read(self._execution_role.arn, key, name=f"{self._full_name}-{sid(key)}")
            objects.setdefault(bucket.arn, []).append(key)
        self._execution_role.add_statements(*read_environment_files(objects))
