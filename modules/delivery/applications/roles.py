"""Roles with which the pipelines of applications change what they own in an environment."""

from collections.abc import Callable, Mapping, Sequence

from constructs import Construct

from modules.delivery.pipeline.role_names import application_role
from modules.delivery.pipeline.settings import PipelineSettings, project_of
from modules.delivery.pipeline.trust import role_trust_policy, trust_policy
from modules.foundation.ci_servers import ApplicationPipeline
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement
from modules.foundation.roles import Role


class ApplicationRoles(Construct):
    """Roles that the jobs of applications assume, one for each thing that they own.

    Creates: a role with one policy for each call of `create`. The OIDC provider belongs to the account;
    `make bootstrap` creates it.
    """

    def __init__(self, scope: Construct, id: str, *, pipeline: PipelineSettings | None, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._pipeline = pipeline
        self._foundation = foundation

    def create(
        self,
        kind: str,
        verb: str,
        applications: Mapping[str, ApplicationPipeline | None],
        statements: Callable[[str], Sequence[Statement]],
        *,
        builds: bool = False,
    ) -> dict[str, str]:
        """Allow pipelines to do something with blocks of one kind, for example to `deploy` the `service` blocks.

        `applications` are the pipelines by the label of the block, and `statements` returns what the pipeline of a
        label may do. With `builds`, jobs of all refs that are released anywhere may assume the roles; otherwise only
        those of the refs that the environment is released from. Return the roles' ARNs by label.
        """
        return {
            name: self._create_role(kind, name, verb, application, statements(name), builds=builds)
            for name, application in applications.items()
            if application
        }

    def _create_role(
        self,
        kind: str,
        name: str,
        verb: str,
        application: ApplicationPipeline,
        statements: Sequence[Statement],
        *,
        builds: bool,
    ) -> str:
        names = self._foundation.names
        project = project_of(application, self._pipeline)
        if project:
            release = project.to_build() if builds else project.to_release(self._foundation.tier, names.environment)
            trust, who = trust_policy(project, release, names), f"{project.server} jobs of {project.path}"
        else:
            assert application.role is not None
            trust, who = role_trust_policy(application.role), application.role.rpartition(":")[2]
        # A literal ARN, not a reference: job configurations need it before anything is applied.
        return Role(
            self._foundation.resources(self, kind),
            f"{name}_{verb}",
            names=names,
            name=application_role(kind, name, verb),
            description=f"Role to {verb} the {kind} {name}, for {who}",
            trust_policy=trust,
            policy_name="pipeline",
            statements=statements,
        ).plain_arn
