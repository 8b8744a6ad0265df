"""Lambda functions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdktf import AssetType, ITerraformDependable, TerraformAsset, TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lambda_alias import LambdaAlias
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionEphemeralStorage,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
    LambdaFunctionVpcConfig,
)
from cdktf_cdktf_provider_aws.lambda_function_event_invoke_config import (
    LambdaFunctionEventInvokeConfig,
    LambdaFunctionEventInvokeConfigDestinationConfig,
    LambdaFunctionEventInvokeConfigDestinationConfigOnFailure,
)
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.lambda_provisioned_concurrency_config import LambdaProvisionedConcurrencyConfig
from constructs import Construct

from modules.events.channel.channels import DEAD_LETTER_DAYS, QUEUE_NAME_LIMIT, Queue
from modules.events.function.keys.releases import ALIAS, RELEASED
from modules.events.function.packaging import Packages, code_hash
from modules.events.function.settings import FunctionSettings
from modules.events.keys.login_functions import FUNCTION_NAME_LIMIT
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.foundation.policies import Statement, allow, assumed_by, deny, send_traces
from modules.foundation.resources import address_of
from modules.foundation.roles import Role
from modules.network.module import NetworkModule
from modules.network.vpc.security_groups import ANYWHERE, HTTPS, SecurityGroup, members_of
from modules.network.vpc.vpc import Network

#: [Giving Lambda functions access to resources in an Amazon VPC, Required IAM permissions]
#: (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions): Lambda creates
#: network interfaces with the function's role.
VPC_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


class Function(Construct):
    """A Lambda function whose role allows only what its settings name.

    Creates: log group, role with one policy, queue for failed events, the function with JSON
    logs and traces, destination of failed asynchronous events; in the VPC also a security group.
    If a pipeline releases its code, also the alias that everything invokes, with its provisioned concurrency.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: FunctionSettings,
        packages: Packages,
        network: NetworkModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self.label = name
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "function")
        self.name = foundation.names.of(name, FUNCTION_NAME_LIMIT)
        self._environment = {**self._proxy_variables(network), **settings.environment}
        self.log_group = foundation.log_group(f"function/{name}")
        self.role = self._create_role()
        self.failed = self._create_failed_queue()
        self._group = self._create_security_group(network.vpc) if settings.in_vpc else None
        self._create_function(packages, network)
        #: The alias that everything invokes, if a pipeline releases the code. Terraform creates whatever names it after
        #: the alias.
        self.qualifier: str | None = None
        #: The ARN with which the function is invoked: its own, or that of the alias.
        self.arn = self.function_arn
        if settings.by_pipeline:
            self._create_alias()
        self._create_failure_path()

    @property
    def security_group_id(self) -> str:
        """The id of the function's security group."""
        return self._in_vpc().id

    @property
    def folder(self) -> str:
        """The folder in lambdas/ with its code."""
        return self._settings.folder(self.label)

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return {
            "function": [MetricSource("AWS/Lambda", {"FunctionName": self.name})],
            "failed": [self.failed.metrics],
        }

    def add_environment(self, variables: Mapping[str, str]) -> None:
        """Set environment variables, except those that the environment file sets."""
        if variables:
            self._environment |= {**variables, **self._settings.environment}
            self._function.put_environment(variables=self._environment)

    def grant_invoke(self, service: str, source_arn: str, *, name: str) -> LambdaPermission:
        """Allow a service to invoke the function for one source of this account; `name` is unique for the function."""
        return self._make(
            LambdaPermission,
            f"{self.label}_{name}",
            statement_id=name,
            action="lambda:InvokeFunction",
            function_name=self.function_arn,
            qualifier=self.qualifier,
            principal=f"{service}.amazonaws.com",
            source_arn=source_arn,
            source_account=self._foundation.names.account_id,
        )

    def wait_for(self, resources: Sequence[TerraformResource]) -> None:
        """Create or change the function only after these resources."""
        self._function.depends_on = [*(self._function.depends_on or []), *map(address_of, resources)]

    def allow_egress_to(self, security_group_id: str, port: int, name: str) -> ITerraformDependable:
        """Allow traffic from the function to the members of a security group; return the rule."""
        return self._in_vpc().allow_egress_to(
            f"{self.label}_to_{name}", members_of(security_group_id), port, f"To {name}"
        )

    def _create_role(self) -> Role:
        """Create the role. It can write to its own log group, where AWSLambdaBasicExecutionRole allows all of them."""
        return Role(
            self._make,
            self.label,
            names=self._foundation.names,
            name=f"function-{self.label}",
            description=f"What the function {self.name} may do",
            # [Lambda Developer Guide, Defining Lambda function permissions with an execution role]
            # (https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html) names no condition that
            # a request of Lambda would satisfy.
            trust_policy=assumed_by("lambda.amazonaws.com", None),
            policy_name="function",
            statements=[*self._log_statements(), *(self._interface_statements() if self._settings.in_vpc else ())],
        )

    def _log_statements(self) -> list[Statement]:
        logs = f"{self.log_group.arn}:log-stream:*"
        return [
            allow("Logs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[logs]),
            *([send_traces()] if self._settings.tracing == "Active" else ()),
        ]

    def _interface_statements(self) -> list[Statement]:
        """Allow Lambda to create network interfaces, but not the function's code (see VPC_ACTIONS)."""
        names = self._foundation.names
        # Not the function's attribute: the function depends on this policy.
        arn = f"arn:aws:lambda:{names.region}:{names.account_id}:function:{self.name}"
        own_code = {"ArnEquals": {"lambda:SourceFunctionArn": arn}}
        return [
            allow("Interfaces", actions=VPC_ACTIONS, resources=["*"]),
            deny("NotByTheCode", actions=VPC_ACTIONS, resources=["*"], condition=own_code),
        ]

    def _create_failed_queue(self) -> Queue:
        """Create the queue that holds failed events, each with its error, until someone examines them."""
        queue = Queue(
            self,
            "failed",
            make=self._make,
            purpose=f"{self.label}_failed",
            name=self._foundation.names.of(f"{self.label}-failed", QUEUE_NAME_LIMIT),
            foundation=self._foundation,
            retention_days=DEAD_LETTER_DAYS,
        )
        queue.grant_send(self.role)
        return queue

    def _in_vpc(self) -> SecurityGroup:
        """Return the function's security group. Outside the VPC, the settings allow nothing that requires one."""
        assert self._group is not None, f"function {self.label} is outside the VPC"
        return self._group

    def _create_security_group(self, network: Network) -> SecurityGroup:
        """Create a group with no inbound rules, and HTTPS outbound for AWS services and other APIs."""
        name = self._foundation.names.of(f"function-{self.label}")
        group = SecurityGroup(
            self._make,
            self.label,
            name=name,
            description=f"Function {self.label}: HTTPS out, and what it may reach by name",
            vpc_id=network.vpc_id,
        )
        group.allow_egress_to(f"{self.label}_https", ANYWHERE, HTTPS, "HTTPS")
        if network.proxy:
            group.allow_egress_to_proxy(self.label, network.proxy)
        return group

    def _proxy_variables(self, network: NetworkModule) -> dict[str, str]:
        """Return the environment variables that configure the network's proxy for a function in the VPC."""
        proxy = network.vpc.proxy if self._settings.in_vpc else None
        return proxy.variables() if proxy else {}

    def _create_function(self, packages: Packages, network: NetworkModule) -> None:
        settings = self._settings
        package, handler = self._code(packages)
        # Copied next to the stack and referenced by a relative path: plan and apply can run in different places.
        asset = TerraformAsset(self, "package", path=str(package.resolve()), type=AssetType.FILE)
        self._function = self._make(
            LambdaFunction,
            self.label,
            function_name=self.name,
            description=settings.description or None,
            role=self.role.arn,
            runtime=settings.runtime,
            architectures=[settings.architecture],
            handler=handler,
            filename=asset.path,
            source_code_hash=code_hash(package),
            memory_size=settings.memory_size,
            timeout=settings.timeout,
            ephemeral_storage=LambdaFunctionEphemeralStorage(size=settings.ephemeral_storage_mib),
            reserved_concurrent_executions=settings.reserved_concurrent_executions,
            environment=LambdaFunctionEnvironment(variables=self._environment) if self._environment else None,
            tracing_config=LambdaFunctionTracingConfig(mode=self._settings.tracing),
            logging_config=LambdaFunctionLoggingConfig(
                log_format="JSON", log_group=self.log_group.name, application_log_level="INFO", system_log_level="INFO"
            ),
            vpc_config=self._vpc_config(network.vpc) if settings.in_vpc else None,
            # A changed configuration becomes a version too, which the next release may put into service.
            publish=settings.by_pipeline or None,
            lifecycle=TerraformResourceLifecycle(ignore_changes=list(RELEASED)) if settings.by_pipeline else None,
            depends_on=[self.log_group.ready, *self.role.ready],
        )
        #: The ARN of the function itself, without a version or an alias.
        self.function_arn = self._function.arn
        self.code_hash = code_hash(package)

    def _code(self, packages: Packages) -> tuple[Path, str]:
        """Return the package and the handler in it: a placeholder if a pipeline releases the code."""
        settings = self._settings
        if settings.handler:
            environment = self._foundation.names.environment
            return packages.placeholder(self.label, settings.handler, environment), settings.handler
        folder = settings.folder(self.label)
        return packages.find(folder, settings.target), f"{folder}.handler.handler"

    def _create_alias(self) -> None:
        """Create the alias, first for version 1. A release changes its version, so Terraform ignores that.

        The description lists the versions that were in service (ops/function_release/versions.py).
        """
        alias = self._make(
            LambdaAlias,
            self.label,
            name=ALIAS,
            description="The version in service",
            function_name=self._function.function_name,
            function_version=self._function.version,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["function_version", "routing_config", "description"]),
        )
        self.arn, self.qualifier = alias.arn, alias.name
        executions = self._settings.provisioned_concurrent_executions
        if executions:
            self._make(
                LambdaProvisionedConcurrencyConfig,
                self.label,
                function_name=self._function.function_name,
                qualifier=alias.name,
                provisioned_concurrent_executions=executions,
            )

    def _vpc_config(self, network: Network) -> LambdaFunctionVpcConfig:
        return LambdaFunctionVpcConfig(subnet_ids=network.app.all_ids(), security_group_ids=[self.security_group_id])

    def _create_failure_path(self) -> None:
        """Configure what happens to failed asynchronous events: those of S3, SNS, and schedules."""
        on_failure = LambdaFunctionEventInvokeConfigDestinationConfigOnFailure(destination=self.failed.arn)
        self._make(
            LambdaFunctionEventInvokeConfig,
            self.label,
            function_name=self._function.function_name,
            qualifier=self.qualifier,
            maximum_retry_attempts=self._settings.maximum_retry_attempts,
            maximum_event_age_in_seconds=self._settings.maximum_event_age_in_seconds,
            destination_config=LambdaFunctionEventInvokeConfigDestinationConfig(on_failure=on_failure),
        )
