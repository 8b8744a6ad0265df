"""What pods may do in AWS."""

from collections.abc import Iterator

from cdktf_cdktf_provider_aws.eks_pod_identity_association import EksPodIdentityAssociation
from constructs import Construct

from modules.compute.eks.control_plane import ControlPlane
from modules.compute.eks.roles import Role, make_role
from modules.compute.eks.trust import by_issuer, by_pods
from modules.compute.publishing import doors
from modules.compute.settings.eks.access import ServiceAccountSettings
from modules.data.logins import cache_user, read_secrets
from modules.data.wing import DataWing
from modules.events.wing import EventsWing
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement, allow, sid


class ServiceAccount(Construct):
    """The role of the pods of one service account.

    Creates: role with its policies; by Pod Identity the association with the service account. For IRSA the role's ARN
    goes into the account's annotation `eks.amazonaws.com/role-arn`, which an output tells.
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
        data: DataWing,
        events: EventsWing,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._address = f"{cluster}_{name.replace('/', '_')}"
        self._name = f"{cluster}-{name.replace('/', '-')}"
        self._namespace, _, self._account = name.partition("/")
        self._settings = settings
        self._plane = plane
        self._data = data
        self._events = events
        self._foundation = foundation
        self._make = foundation.resources(self, "eks")
        role = self._create_role()
        self.role_arn = role.arn
        self._open_buckets()
        if settings.identity == "pod-identity":
            self._associate(role)

    def _create_role(self) -> Role:
        return make_role(
            self._make,
            self._address,
            name=self._foundation.names.role(f"eks-{self._name}"),
            trust=self._trust(),
            policy_arns=self._settings.policy_arns,
            statements=self._statements(),
        )

    def _trust(self) -> str:
        if self._settings.identity == "irsa":
            plane = self._plane
            return by_issuer(plane.oidc_provider_arn, plane.issuer, self._namespace, self._account)
        return by_pods(self._plane.arn, self._namespace, self._account)

    def _statements(self) -> list[Statement]:
        own = self._settings.policy.items()
        return [
            *(allow(f"Own{sid(label)}", actions=each.actions, resources=each.resources) for label, each in own),
            *(statement for door in doors(self._settings, self._events) for statement in door.statements),
            *self._logins(),
            *self._read_secrets(),
        ]

    def _logins(self) -> Iterator[Statement]:
        """Yield what lets it in by its role: at a database's proxy, and as a cache's user."""
        for label in self._settings.databases:
            proxy = self._data.databases[label].proxy
            if proxy:
                yield proxy.may_connect(f"ProxyConnect{sid(label)}")
        for label in self._settings.caches:
            cache = self._data.caches[label]
            user = cache_user(cache)
            if user:
                yield {**cache.may_connect(user), "Sid": f"CacheConnect{sid(label)}"}

    def _read_secrets(self) -> list[Statement]:
        databases = [self._data.databases[label] for label in self._settings.databases]
        secrets = [self._data.secrets[label] for label in self._settings.secrets]
        keys = {
            **{database.secret_arn: database.secret_key_arn for database in databases},
            **{secret.arn: secret.key_arn for secret in secrets},
        }
        return read_secrets(keys, self._foundation.names)

    def _open_buckets(self) -> None:
        """Let the role in by the bucket's own policy, which names it."""
        for label, (access, prefix) in self._settings.bucket_rights.items():
            if access != "write":
                self._data.buckets[label].allow_read(self.role_arn, prefix, name=f"eks-{self._name}")
            if access != "read":
                self._data.buckets[label].allow_write(self.role_arn, prefix, name=f"eks-{self._name}")

    def _associate(self, role: Role) -> None:
        self._make(
            EksPodIdentityAssociation,
            self._address,
            cluster_name=self._plane.cluster.name,
            namespace=self._namespace,
            service_account=self._account,
            role_arn=role.arn,
            # The first pod finds its rights there.
            depends_on=role.ready or None,
        )
