"""IAM roles of Kubernetes service accounts."""

from collections.abc import Iterator

from cdktf_cdktf_provider_aws.eks_pod_identity_association import EksPodIdentityAssociation
from constructs import Construct

from modules.compute.eks.control_plane import ControlPlane
from modules.compute.eks.keys.access import ServiceAccountSettings
from modules.compute.eks.roles import policies_by_address
from modules.compute.eks.trust import by_issuer, by_pods
from modules.compute.keys.database_users import pods_program
from modules.data.logins import DatabaseLogin, cache_login, cache_user, read_secrets, secret_keys
from modules.data.module import DataModule
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement, allow, sid
from modules.foundation.roles import Role


class ServiceAccount(Construct):
    """The IAM role of the pods of one service account.

    The pods' users in databases exist before the association; `variables` describe them for the pods' manifest.

    Creates: role with its policies; for Pod Identity, the association with the service account. For IRSA, the service
    account needs the annotation `eks.amazonaws.com/role-arn` with the role's ARN, which is in the outputs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: str,
        name: str,
        settings: ServiceAccountSettings,
        plane: ControlPlane,
        data: DataModule,
        events: EventsModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._address = f"{cluster}_{name.replace('/', '_')}"
        self._name = f"{cluster}-{name.replace('/', '-')}"
        self._namespace, _, self._account = name.partition("/")
        self._settings = settings
        self._plane = plane
        self._data = data
        self._foundation = foundation
        self._make = foundation.resources(self, "eks")
        self._logins = self._database_logins(cluster, name, events)
        role = self._create_role()
        self.role_arn = role.arn
        events.grant_publish(role, settings.published_to)
        role.add_statements(*self._login_statements())
        self._grant_buckets()
        if settings.identity == "pod-identity":
            self._associate(role)

    def _create_role(self) -> Role:
        own = self._settings.policy.items()
        return Role(
            self._make,
            self._address,
            names=self._foundation.names,
            name=f"eks-{self._name}",
            trust_policy=self._trust(),
            policy_name="rights",
            statements=[
                allow(f"Own{sid(label)}", actions=each.actions, resources=each.resources) for label, each in own
            ],
            managed_policies=policies_by_address(self._address, self._settings.policy_arns),
        )

    def _trust(self) -> str:
        if self._settings.identity == "irsa":
            plane = self._plane
            return by_issuer(plane.oidc_provider_arn, plane.issuer, self._namespace, self._account)
        return by_pods(self._plane.arn, self._namespace, self._account)

    def _database_logins(self, cluster: str, name: str, events: EventsModule) -> list[DatabaseLogin]:
        program = pods_program(cluster, name)
        return [events.database_login(program, label, rights) for label, rights in self._settings.databases.items()]

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables that describe the databases and the logins."""
        return {name: value for login in self._logins for name, value in login.variables.items()}

    def _login_statements(self) -> Iterator[Statement]:
        """Yield the statements to log in to databases and caches, and to read logins and other secrets."""
        for login in self._logins:
            yield from login.statements
        for label in self._settings.caches:
            cache = self._data.caches[label]
            yield from cache_login(label, cache, cache_user(cache))
        secrets = [self._data.secrets[label] for label in self._settings.secrets]
        yield from read_secrets(secret_keys(self._logins, secrets), self._foundation.names)

    def _grant_buckets(self) -> None:
        """Grant access in the bucket policies, which name the role."""
        for label, prefixes in self._settings.buckets.items():
            self._data.buckets[label].grant(self.role_arn, prefixes, name=f"eks-{self._name}")

    def _associate(self, role: Role) -> None:
        self._make(
            EksPodIdentityAssociation,
            self._address,
            cluster_name=self._plane.cluster.name,
            namespace=self._namespace,
            service_account=self._account,
            role_arn=role.arn,
            # So that the role has its permissions, and the databases their users, when the first pod starts.
            depends_on=[*role.ready, *(each for login in self._logins for each in login.ready)] or None,
        )
