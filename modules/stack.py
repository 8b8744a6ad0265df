"""Stacks: one for each environment, and one for what an account has only one of.

The only file that uses all modules.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.iam_service_linked_role import IamServiceLinkedRole
from constructs import Construct

from modules.access.module import AccessModule
from modules.access.sessions.keys.hosts import shell_statements
from modules.account.blocks import Account
from modules.account.module import AccountModule
from modules.compute.developers.keys.statements import people_statements
from modules.compute.keys.database_users import database_users
from modules.compute.module import ComputeModule
from modules.data.database.keys.passwords import secrets_read_at_plan
from modules.data.module import DataModule
from modules.delivery.module import DeliveryModule
from modules.delivery.pipeline.pipeline import PasswordsAtPlan, PipelineRoles, PipelineState
from modules.delivery.pipeline.settings import PipelineSettings
from modules.delivery.state.state import create_state_bucket, keep_state
from modules.edge.module import EdgeModule
from modules.environment import Environment
from modules.environment_files import EnvironmentFile
from modules.events.function.packaging import Packages
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.foundation.names import ACCOUNT, account_stack_name
from modules.foundation.policies import Statement
from modules.foundation.providers import Providers
from modules.network.module import NetworkModule
from modules.observability.alarms.settings import RUNBOOKS_FILE
from modules.observability.module import ObservabilityModule

#: The first release of Terraform (and OpenTofu) that locks the state with an object in S3, `use_lockfile`.
REQUIRED_TERRAFORM = ">= 1.10"
#: The provider's release and checksums, committed at the root of the project.
LOCK_FILE = Path(__file__).parents[1] / ".terraform.lock.hcl"


class EnvironmentStack(TerraformStack):
    """One environment: providers, remote state, tags, then the modules from the bottom up."""

    def __init__(self, scope: Construct, environment: Environment, packages: Packages) -> None:
        super().__init__(scope, environment.name)
        self._foundation = foundation = self._create_foundation(environment)
        network = NetworkModule(self, "network", blocks=environment, foundation=foundation)
        access = AccessModule(self, "access", blocks=environment, network=network, foundation=foundation)
        data = DataModule(self, "data", blocks=environment, network=network, access=access, foundation=foundation)
        events = self._build_events(environment, packages, network, data, foundation)
        compute = ComputeModule(
            self,
            "compute",
            blocks=environment,
            network=network,
            access=access,
            data=data,
            events=events,
            foundation=foundation,
        )
        edge = EdgeModule(
            self,
            "edge",
            blocks=environment,
            network=network,
            data=data,
            events=events,
            compute=compute,
            foundation=foundation,
        )
        observability = ObservabilityModule(
            self,
            "observability",
            blocks=environment,
            network=network,
            access=access,
            data=data,
            events=events,
            compute=compute,
            edge=edge,
            runbooks=environment.pipeline.server.url_of(RUNBOOKS_FILE) if environment.pipeline else None,
            account_names=environment.account_names,
            foundation=foundation,
        )
        self._build_delivery(environment, network, compute, edge, observability)

    def _create_foundation(self, environment: Environment) -> Foundation:
        """Return the foundation, after what it needs: the providers, and the backend of the state."""
        names = environment.names
        _require_terraform(self)
        providers = Providers(self, names=names, tags={**environment.tags, "tier": environment.tier})
        keep_state(self, names=environment.account_names, key=environment.state_key)
        foundation = Foundation(self, "foundation", names=names, tier=environment.tier, providers=providers)
        if environment.network and foundation.keeps_final_snapshots:
            foundation.create_data_key()
        return foundation

    @property
    def types(self) -> frozenset[str]:
        """Terraform's types of the stack's resources and data sources."""
        return self._foundation.addresses.types

    def _build_delivery(
        self,
        environment: Environment,
        network: NetworkModule,
        compute: ComputeModule,
        edge: EdgeModule,
        observability: ObservabilityModule,
    ) -> None:
        DeliveryModule(
            self,
            "delivery",
            blocks=environment,
            network=network,
            compute=compute,
            edge=edge,
            alarms=observability.alarms,
            foundation=self._foundation,
        )

    def _build_events(
        self,
        environment: Environment,
        packages: Packages,
        network: NetworkModule,
        data: DataModule,
        foundation: Foundation,
    ) -> EventsModule:
        return EventsModule(
            self,
            "events",
            blocks=environment,
            packages=packages,
            network=network,
            data=data,
            # Also of programs in higher modules, which start only after their users exist.
            database_users=database_users(environment),
            foundation=foundation,
        )


class AccountStack(TerraformStack):
    """An account's bootstrap: the state bucket, the pipeline's roles, and anything else an account has only one of."""

    def __init__(
        self,
        scope: Construct,
        environments: Sequence[Environment],
        account: Account | None,
        types: Mapping[str, frozenset[str]],
    ) -> None:
        """`environments` are all of the account's; checks ensure that their shared settings are the same.

        `types` are Terraform's types of the resources of each environment with a pipeline.
        """
        one = environments[0]
        super().__init__(scope, account_stack_name(one.account_id))
        names = one.account_names
        _require_terraform(self)
        providers = Providers(self, names=names, tags={})
        tier = account.tier if account else one.tier
        foundation = Foundation(self, "foundation", names=names, tier=tier, providers=providers)
        make = foundation.resources(self, "delivery")
        keep_state(self, names=names, key=f"{one.product}/{ACCOUNT}/terraform.tfstate")
        create_state_bucket(self, make=make, names=names)
        if any(each.search for each in environments):
            # An account has one such role, which domains in a VPC need: [Using service-linked roles to create VPC
            # domains](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/slr-aos.html). AWS creates
            # it by itself only for domains that are created in the console.
            foundation.resources(self, "search")(
                IamServiceLinkedRole, "domains", aws_service_name="opensearchservice.amazonaws.com"
            )
        shipped = {each.name: _shipped(each, each.pipeline, types[each.name]) for each in environments if each.pipeline}
        if shipped:
            PipelineRoles(self, "pipeline", make=make, names=names, states=shipped)
        if account:
            AccountModule(
                self,
                "account",
                settings=account,
                environments=environments,
                operating={each.name: _operating(each) for each in environments},
                foundation=foundation,
            )


def build_stacks(
    scope: App, chosen: Sequence[Environment], files: Iterable[EnvironmentFile], packages: Packages
) -> None:
    """Build the stack of each chosen environment, and those of their accounts.

    `files` has all environments: the rights of an account's pipelines follow from all of its environments, so the
    others are built as well, but not synthesized.
    """
    known = list(files)
    built = {each.name: EnvironmentStack(scope, each, packages) for each in chosen}
    others = App(outdir=scope.outdir)
    for account_id in dict.fromkeys(each.account_id for each in chosen):
        shared = [each for each in known if each.settings.account_id == account_id]
        environments = [each.settings for each in shared]
        types = {
            each.name: (built.get(each.name) or EnvironmentStack(others, each, packages)).types
            for each in environments
            if each.pipeline
        }
        account = shared[0].account
        AccountStack(scope, environments, account.settings if account else None, types)


def _operating(environment: Environment) -> list[Statement]:
    """Return what people who operate the environment may do with sessions."""
    shells = shell_statements(environment.names) if environment.has_session_hosts else []
    return [*people_statements(environment), *shells]


def _shipped(environment: Environment, settings: PipelineSettings, types: frozenset[str]) -> PipelineState:
    """Return the settings of an environment that the pipeline's roles need."""
    names = environment.names
    secrets = secrets_read_at_plan(environment.database, names)
    return PipelineState(
        settings,
        names,
        environment.state_key,
        types,
        environment.issuers,
        environment.alarms is not None,
        PasswordsAtPlan(secrets, names.key_alias("data"), names.region) if secrets else None,
    )


def _require_terraform(stack: TerraformStack) -> None:
    stack.add_override("terraform.required_version", REQUIRED_TERRAFORM)


def pin_providers(output: Path) -> None:
    """Copy the committed lock file next to each synthesized stack, so that every `terraform init` uses its release."""
    for folder in (output / "stacks").iterdir():
        shutil.copyfile(LOCK_FILE, folder / LOCK_FILE.name)
