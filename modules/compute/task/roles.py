"""The two roles of a task: what ECS may do to start it, and what the program in it may do."""

from collections.abc import Iterable

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.foundation.names import Names
from modules.foundation.policies import Statement, assumed_by, document
from modules.foundation.resources import Resources


class TaskRole(Construct):
    """A role that ECS tasks of our account assume, with one policy that collects what `allow` adds.

    Creates: the role; its policy with the first statement.
    """

    def __init__(self, scope: Construct, id: str, *, make: Resources, what: str, names: Names, name: str) -> None:
        """Take `what` for the address, `api_task`, and `name` for the role's name."""
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
        #: In plain text, for a policy of who may hand the role on: it waits for nothing.
        self.plain_arn = f"arn:aws:iam::{names.account_id}:role/{names.role(name)}"

    @property
    def ready(self) -> list[ITerraformDependable]:
        """What a task has to wait for: its rights."""
        return [self._policy] if self._policy else []

    def add_statements(self, statements: Iterable[Statement]) -> None:
        """Add statements to the role's one policy. Raises ValueError for a statement's id that it has already."""
        for statement in statements:
            if any(statement["Sid"] == other["Sid"] for other in self._statements):
                raise ValueError(f"role {self._what}: the policy has a statement {statement['Sid']} already")
            self._statements.append(statement)
        if not self._statements:
            return
        if self._policy is None:
            self._policy = self._make(
                IamRolePolicy, self._what, name=self._what.replace("_", "-"), role=self._role.name, policy=""
            )
        self._policy.policy = document(self._statements)
