"""HCL blocks of the delivery module."""

from dataclasses import replace

from pydantic import Field

from modules.delivery.pipeline.settings import PipelineSettings, project_of
from modules.delivery.state.settings import StateSettings
from modules.foundation.ci_servers import ApplicationPipeline, Issuer
from modules.foundation.names import Names
from modules.observability.blocks import ObservabilityBlocks


class DeliveryBlocks(ObservabilityBlocks):
    """The blocks of the delivery module."""

    state: StateSettings = Field(default=StateSettings(), description="Where the Terraform state is stored.")
    pipeline: PipelineSettings | None = Field(
        default=None,
        description="The GitLab project or GitHub repository that may plan and apply; `make bootstrap` creates its "
        "roles.",
    )

    @property
    def applications(self) -> dict[tuple[str, ...], ApplicationPipeline]:
        """The pipelines of applications, by the keys of their blocks."""
        found = {
            **{("service", name, "deployed_by"): each.deployed_by for name, each in self.service.items()},
            **{("function", name, "deployed_by"): each.deployed_by for name, each in self.function.items()},
            **{("repository", name, "pushed_by"): each.pushed_by for name, each in self.repository.items()},
            **{("site", name, "published_by"): each.published_by for name, each in self.site.items()},
        }
        return {at: application for at, application in found.items() if application}

    @property
    def issuers(self) -> dict[str, Issuer]:
        """The CI servers whose tokens the account has to trust, by kind."""
        projects = [project_of(each, self.pipeline) for each in self.applications.values()]
        servers = [self.pipeline.server.ci_project] if self.pipeline else []
        # The server of the `pipeline` block comes last, since its settings are complete.
        return {each.issuer.kind: each.issuer for each in (*projects, *servers) if each}

    @property
    def names(self) -> Names:
        """The names of the environment's resources in AWS."""
        return replace(super().names, has_boundary=self.pipeline is not None)
