"""The delivery module of one environment; resources that an account has only one of are in its account stack."""

from typing import TYPE_CHECKING

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.compute.blocks import ComputeBlocks
from modules.delivery.pipeline.applications import ApplicationRoles
from modules.delivery.pipeline.settings import PipelineSettings
from modules.foundation.foundation import Foundation

if TYPE_CHECKING:
    # For the type checker only, so that an environment without services does not import the service constructs.
    from modules.compute.module import ComputeModule


class DeliveryModule(Construct):
    """The roles of the applications' own pipelines."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        pipeline: PipelineSettings | None,
        blocks: ComputeBlocks,
        compute: "ComputeModule",
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self.deploy_roles: dict[str, str] = {}
        self.push_roles: dict[str, str] = {}
        if pipeline is None:
            return
        roles = ApplicationRoles(self, "applications", pipeline=pipeline, foundation=foundation)
        for name, service in compute.services.items():
            if service.settings.deployed_by:
                self.deploy_roles[name] = roles.deploy(name, service, service.settings.deployed_by.gitlab)
        for name, repository in blocks.repository.items():
            if repository.pushed_by:
                self.push_roles[name] = roles.push(name, compute.registry, repository.pushed_by.gitlab)
        self._create_outputs()

    def _create_outputs(self) -> None:
        stack = TerraformStack.of(self)
        if self.deploy_roles:
            description = "The role with which a pipeline deploys each service."
            TerraformOutput(stack, "deploy_roles", value=self.deploy_roles, description=description)
        if self.push_roles:
            description = "The role with which a pipeline pushes images to each repository."
            TerraformOutput(stack, "push_roles", value=self.push_roles, description=description)
