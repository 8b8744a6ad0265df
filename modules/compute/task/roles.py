"""Task execution roles, with which ECS starts a task, and task roles, which the program in it uses."""

from collections.abc import Iterable

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.foundation.names import Names
from modules.foundation.policies import Statement, assumed_by, document
from modules.foundation.resources import Resources


class TaskRole(Construct):
    """A role that ECS tasks of this account assume, with one inline policy that collects statements.

    Creates: the role; its policy with the first statement.
    """

    def __init__(self, scope: Construct, id: str, *, make: Resources, what: str, names: Names, name: str) -> None:
        """`what` is for the address (`api_task`), `name` for the role's name."""
        super().__init__(scope, id)
        self._make = make
        self._what = what
        self._statements: list[Statement] = []
        self._policy: IamRolePolicy | None = None
        self._role = make(
            IamRole,
            what,
            name=names.role(name),
            # [Amazon ECS Developer Guide, Amazon ECS task IAM role]
            # (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html).
            assume_role_policy=assumed_by("ecs-tasks.amazonaws.com", names.account_id),
        )
        self.arn = self._role.arn
        #: In plain text, for policies that allow the role to be passed: they need not wait for the role.
        self.plain_arn = f"arn:aws:iam::{names.account_id}:role/{names.role(name)}"

    @property
    def ready(self) -> list[ITerraformDependable]:
        """The role's policy, which a task has to wait for."""
        return [self._policy] if self._policy else []

    def add_statements(self, statements: Iterable[Statement]) -> None:
        """Add statements to the role's policy. Raises ValueError for a duplicate Sid."""
        for statement in statements:
            if any(statement["Sid"] == other["Sid"] for other in self._statements):
                raise ValueError(f"role {self._what}: the policy already has a statement {statement['Sid']}")
            self._statements.append(statement)
        if not self._statements:
            return
        if self._policy is None:
            self._policy = self._make(
                IamRolePolicy, self._what, name=self._what.replace("_", "-"), role=self._role.name, policy=""
            )
        self._policy.policy = document(self._statements)
