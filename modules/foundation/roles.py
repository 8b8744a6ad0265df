"""IAM roles."""

from collections.abc import Iterable, Mapping

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment

from modules.foundation.names import Names
from modules.foundation.policies import PolicyDocument, Statement
from modules.foundation.resources import Resources


class Role:
    """An IAM role with one inline policy, to which `add_statements` adds.

    Creates: the role; attachments of managed policies; the inline policy with its first statement.
    """

    def __init__(
        self,
        make: Resources,
        address: str,
        *,
        names: Names,
        name: str,
        trust_policy: str,
        description: str | None = None,
        statements: Iterable[Statement] = (),
        policy_name: str | None = None,
        managed_policies: Mapping[str, str] | None = None,
        permissions_boundary: str | None = None,
        max_session_duration: int | None = None,
    ) -> None:
        """`name` is the purpose in the role's name; `managed_policies` are ARNs by the address of the attachment.

        `permissions_boundary` is the ARN of a managed policy, `max_session_duration` is in seconds.

        Without `policy_name`, the inline policy is named after the address.
        """
        self._make = make
        self._address = address
        self._policy_name = policy_name or address.replace("_", "-")
        self._document = PolicyDocument(f"role {names.role(name)}")
        self._policy: IamRolePolicy | None = None
        role = make(
            IamRole,
            address,
            name=names.role(name),
            description=description,
            assume_role_policy=trust_policy,
            permissions_boundary=permissions_boundary or names.boundary_arn,
            max_session_duration=max_session_duration,
        )
        self.name = role.name
        self.arn = role.arn
        #: In plain text, for policies that name the role and need not wait for it.
        self.plain_arn = f"arn:aws:iam::{names.account_id}:role/{names.role(name)}"
        self._attachments = [
            make(IamRolePolicyAttachment, each, role=role.name, policy_arn=policy_arn)
            for each, policy_arn in (managed_policies or {}).items()
        ]
        self.add_statements(*statements)

    @property
    def ready(self) -> list[ITerraformDependable]:
        """The role's policies, which must exist before the role is assumed."""
        return [*self._attachments, *([self._policy] if self._policy else [])]

    def add_statements(self, *statements: Statement) -> None:
        """Add statements to the inline policy. Raises ValueError for a duplicate Sid."""
        if not statements:
            return
        self._document.add_statements(*statements)
        if self._policy is None:
            self._policy = self._make(
                IamRolePolicy, self._address, name=self._policy_name, role=self.name, policy=self._document.json()
            )
        self._policy.policy = self._document.json()
