"""The delivery module of one environment; resources that an account has only one of are in its account stack."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.delivery.applications.builds import start_statements
from modules.delivery.applications.functions import release_statements
from modules.delivery.applications.repositories import push_statements
from modules.delivery.applications.roles import ApplicationRoles
from modules.delivery.applications.services import deploy_statements
from modules.delivery.applications.sites import publish_statements
from modules.delivery.blocks import DeliveryBlocks
from modules.foundation.foundation import Foundation
from modules.foundation.names import Names

if TYPE_CHECKING:
    # For the type checker only, so that an environment without services or sites does not import their constructs.
    from modules.compute.module import ComputeModule
    from modules.delivery.builds import Builds
    from modules.edge.module import EdgeModule
    from modules.network.module import NetworkModule
    from modules.observability.alarms.alarms import Alarms


class DeliveryModule(Construct):
    """Builds, the pipelines of sites, and the roles of the applications' own pipelines."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: DeliveryBlocks,
        network: "NetworkModule",
        compute: "ComputeModule",
        edge: "EdgeModule",
        alarms: "Alarms | None",
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._message_key_arn = foundation.message_key.arn if blocks.alarms else None
        self._roles = ApplicationRoles(self, "applications", pipeline=blocks.pipeline, foundation=foundation)
        self._create_output("deploy_roles", "deploys each service", self._deploy(blocks, compute))
        self._create_output("push_roles", "pushes images to each repository", self._push(blocks, compute))
        self._create_output("publish_roles", "publishes each site", self._publish(edge, foundation.names))
        self._create_output("function_roles", "releases each function", self._release(blocks))
        if blocks.build or blocks.site_pipeline:
            self._create_builds(blocks, network, compute, edge, alarms, foundation)

    def _deploy(self, blocks: DeliveryBlocks, compute: "ComputeModule") -> dict[str, str]:
        """Create the roles that deploy services; return their ARNs by service."""
        services, registry = compute.services, compute.registry
        return self._roles.create(
            "service",
            "deploy",
            {name: each.settings.deployed_by for name, each in services.items()},
            lambda name: deploy_statements(
                services[name], registry, blocks.names, message_key_arn=self._message_key_arn
            ),
        )

    def _push(self, blocks: DeliveryBlocks, compute: "ComputeModule") -> dict[str, str]:
        """Create the roles that push images; return their ARNs by repository."""
        return self._roles.create(
            "repository",
            "push",
            {name: each.pushed_by for name, each in blocks.repository.items()},
            lambda name: push_statements(name, compute.registry),
            builds=True,
        )

    def _publish(self, edge: "EdgeModule", names: Names) -> dict[str, str]:
        """Create the roles that publish sites; return their ARNs by site."""
        return self._roles.create(
            "site",
            "publish",
            {name: each.settings.published_by for name, each in edge.sites.items()},
            lambda name: publish_statements(edge.sites[name], names),
        )

    def _release(self, blocks: DeliveryBlocks) -> dict[str, str]:
        """Create the roles that release functions; return their ARNs by function."""
        return self._roles.create(
            "function",
            "release",
            {name: each.deployed_by for name, each in blocks.function.items()},
            lambda name: release_statements(name, blocks.names, message_key_arn=self._message_key_arn),
        )

    def _create_builds(
        self,
        blocks: DeliveryBlocks,
        network: "NetworkModule",
        compute: "ComputeModule",
        edge: "EdgeModule",
        alarms: "Alarms | None",
        foundation: Foundation,
    ) -> None:
        # The bindings of CodePipeline are large, and most environments do not use them.
        from modules.delivery.builds import Builds

        builds = Builds(
            self,
            "builds",
            blocks=blocks,
            network=network,
            compute=compute,
            edge=edge,
            alarms=alarms,
            foundation=foundation,
        )
        self._create_output("start_roles", "starts each build", self._start(builds))

    def _start(self, builds: "Builds") -> dict[str, str]:
        """Create the roles that start builds; return their ARNs by build."""
        return self._roles.create(
            "build",
            "start",
            {name: each.settings.started_by for name, each in builds.builds.items()},
            lambda name: start_statements(builds.builds[name].project),
        )

    def _create_output(self, name: str, does: str, roles: Mapping[str, str]) -> None:
        if roles:
            description = f"The role with which a pipeline {does}."
            TerraformOutput(TerraformStack.of(self), name, value=dict(roles), description=description)
