"""The `build` and `site_pipeline` blocks of an environment."""

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.compute.module import ComputeModule
from modules.delivery.blocks import DeliveryBlocks
from modules.delivery.build.build import Build
from modules.delivery.site_pipeline.site_pipeline import Connections, SitePipeline
from modules.edge.module import EdgeModule
from modules.foundation.foundation import Foundation
from modules.network.module import NetworkModule
from modules.observability.alarms.alarms import Alarms


class Builds(Construct):
    """CodeBuild projects and pipelines, by the labels of their blocks."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: DeliveryBlocks,
        network: NetworkModule,
        compute: ComputeModule,
        edge: EdgeModule,
        alarms: Alarms | None,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self.builds = {
            name: Build(
                self,
                f"build-{name}",
                name=name,
                settings=settings,
                network=network,
                compute=compute,
                foundation=foundation,
            )
            for name, settings in blocks.build.items()
        }
        connections = Connections(foundation.resources(self, "site_pipeline"), foundation)
        self.site_pipelines = {
            name: SitePipeline(
                self,
                f"site-pipeline-{name}",
                name=name,
                settings=settings,
                site=edge.sites[name],
                connections=connections,
                registry=compute.registry,
                alarms=alarms,
                foundation=foundation,
            )
            for name, settings in blocks.site_pipeline.items()
        }
        for event, watched in (("build_failed", self.builds), ("site_pipeline_failed", self.site_pipelines)):
            if alarms and watched:
                alarms.notify_of(event)
        self._create_outputs()

    def _create_outputs(self) -> None:
        stack = TerraformStack.of(self)
        if self.builds:
            projects = {name: build.project.name for name, build in self.builds.items()}
            TerraformOutput(stack, "builds", value=projects, description="CodeBuild projects by name.")
        if self.site_pipelines:
            outputs = {
                name: {"pipeline": pipeline.name, "connection_arn": pipeline.connection_arn}
                for name, pipeline in self.site_pipelines.items()
            }
            TerraformOutput(stack, "site_pipelines", value=outputs, description="Pipelines of sites by name.")
