"""The stacks: one for each environment, and one for what an account has only one of.

The only file that knows every wing.
"""

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from modules.delivery.state import ACCOUNT, StateBucket, keep_state
from modules.foundation.foundation import Foundation
from modules.foundation.names import Names
from modules.foundation.resources import Addresses
from modules.network.endpoints import Endpoints
from modules.network.interconnect import DirectConnect
from modules.network.settings import NetworkSettings
from modules.network.vpc import Network
from modules.settings import Environment

#: S3 locks by an object beside the state, `use_lockfile`, from this release of Terraform (and of OpenTofu) on.
REQUIRED_TERRAFORM = ">= 1.10"


class EnvironmentStack(TerraformStack):
    """One environment: provider, remote state, tags, then the wings from the ground up."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, environment.name)
        self._environment = environment
        names = Names(environment.product, environment.name, environment.account_id, environment.region)
        _require_terraform(self)
        _use_aws(self, names, {**environment.tags, "tier": environment.tier})
        keep_state(self, names=account_names(environment), key=environment.state_key)
        self._foundation = Foundation(self, "foundation", names=names, tier=environment.tier)
        if environment.network:
            self._build_network(environment.network)

    def _build_network(self, settings: NetworkSettings) -> None:
        network = Network(self, "network", settings=settings, foundation=self._foundation)
        Endpoints(self, "endpoints", network=network, foundation=self._foundation)
        if settings.direct_connect:
            DirectConnect(
                self,
                "direct-connect",
                settings=settings.direct_connect,
                network=network,
                foundation=self._foundation,
            )
        self._print_network(network)

    def _print_network(self, network: Network) -> None:
        tiers = {"public": network.public, "app": network.app, "data": network.data, "endpoint": network.endpoint}
        TerraformOutput(self, "vpc_id", value=network.vpc_id, description="The VPC.")
        TerraformOutput(
            self,
            "subnet_ids",
            value={tier: dict(subnets.ids) for tier, subnets in tiers.items() if subnets},
            description="Subnets by tier and zone.",
        )
        TerraformOutput(
            self,
            "nat_addresses",
            value=network.routing.nat_addresses,
            description="Addresses from which the app tier reaches the internet, by zone; partners may let them in.",
        )


class AccountStack(TerraformStack):
    """An account's bootstrap: its state bucket, and later whatever else an account has only one of."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        """Take the account of the environment: all environments of an account agree about it."""
        super().__init__(scope, account_stack_name(environment.account_id))
        names = account_names(environment)
        _require_terraform(self)
        _use_aws(self, names, {})
        keep_state(self, names=names, key=f"{environment.product}/{ACCOUNT}/terraform.tfstate")
        StateBucket(self, "state", make=Addresses().under(self, "delivery"), names=names)


def account_stack_name(account_id: str) -> str:
    """Return the name of the account's bootstrap stack."""
    return f"{ACCOUNT}-{account_id}"


def account_names(environment: Environment) -> Names:
    """Return the names of what the environment's account has only one of."""
    return Names(environment.product, ACCOUNT, environment.account_id, environment.state_region)


def _require_terraform(stack: TerraformStack) -> None:
    stack.add_override("terraform.required_version", REQUIRED_TERRAFORM)


def _use_aws(stack: TerraformStack, names: Names, tags: dict[str, str]) -> None:
    ours = {"product": names.product, "environment": names.environment, "managed_by": "terraform"}
    AwsProvider(
        stack,
        "aws",
        region=names.region,
        # The fence between environments: credentials of another account are refused before anything is planned.
        allowed_account_ids=[names.account_id],
        default_tags=[AwsProviderDefaultTags(tags={**tags, **ours})],
    )
