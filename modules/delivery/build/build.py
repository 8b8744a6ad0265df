"""CodeBuild projects in the VPC that pushes of images, or applications' pipelines, start."""

import json
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
    CloudwatchEventTargetRetryPolicy,
)
from constructs import Construct

from modules.compute.eks.access import create_access
from modules.compute.eks.cluster import EksCluster
from modules.compute.eks.settings import cluster_name
from modules.compute.keys.images import Registry, repository_name
from modules.compute.module import ComputeModule
from modules.delivery.applications.repositories import push_statements
from modules.delivery.build.keys.rollout import TAG, rollout_script
from modules.delivery.build.settings import BuildSettings, RolloutSettings
from modules.delivery.codebuild.keys.buildspec import buildspec
from modules.delivery.codebuild.project import Job, Project
from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, assumed_by
from modules.foundation.roles import Role
from modules.network.module import NetworkModule
from modules.network.vpc.security_groups import HTTPS
from modules.observability.alarms.events import RULE_NAME_LIMIT

#: Seconds for which EventBridge tries to start a build; an image that is rolled out hours later surprises people.
RETRY_SECONDS = 3600


class Build(Construct):
    """A `build` block.

    Creates: what `Project` creates; with `eks`, the access entry of its role in one namespace, and the way to the API
    server; with `tags`, the EventBridge rule, and its role.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: BuildSettings,
        network: NetworkModule,
        compute: ComputeModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self.settings = settings
        self._registry: Registry = compute.registry
        self._foundation = foundation
        self._make = foundation.resources(self, "build")
        self.project = self._create_project(network)
        if settings.eks:
            self._use_cluster(settings.eks, compute.eks[settings.eks.cluster])
        if settings.builds_images and settings.repository:
            self.project.role.add_statements(*push_statements(settings.repository, self._registry))
        if settings.tags and settings.repository:
            self._start_on_push(settings.repository)

    def _create_project(self, network: NetworkModule) -> Project:
        settings = self.settings
        job = Job(
            description=self._description(),
            source="NO_SOURCE",
            buildspec=buildspec(self._commands()),
            variables=self._variables(),
            privileged=settings.builds_images,
            concurrent_build_limit=settings.concurrent_build_limit,
        )
        return Project(
            self,
            "project",
            make=self._make,
            address=self._label,
            purpose=f"build-{self._label}",
            job=job,
            settings=settings,
            registry=self._registry,
            network=network,
            foundation=self._foundation,
        )

    def _description(self) -> str:
        eks = self.settings.eks
        return f"Rolling updates of {eks.deployment} in {eks.namespace}" if eks and eks.deployment else self._label

    def _commands(self) -> list[str]:
        settings = self.settings
        if not settings.rolls_out:
            return list(settings.commands)
        return [rollout_script(releases_only=settings.is_production, build_timeout=settings.build_timeout)]

    def _variables(self) -> dict[str, str]:
        """Return the variables of the commands; whoever starts a build replaces the empty tag."""
        settings, found = self.settings, {TAG: ""}
        if settings.repository:
            found["REPOSITORY"] = (
                f"{self._registry.host}/{repository_name(settings.repository, self._registry.product)}"
            )
        return {**found, **(self._cluster_variables(settings.eks) if settings.eks else {}), **settings.variables}

    def _cluster_variables(self, eks: RolloutSettings) -> dict[str, str]:
        found = {"CLUSTER": cluster_name(self._foundation.names, eks.cluster), "NAMESPACE": eks.namespace}
        if eks.deployment:
            found |= {"DEPLOYMENT": eks.deployment, "CONTAINER": eks.container or eks.deployment}
        return found

    def _use_cluster(self, eks: RolloutSettings, cluster: EksCluster) -> None:
        """Let the build reach the API server, and let its role edit one namespace."""
        plane, project, name = cluster.plane, self.project, f"build-{self._label}"
        assert project.network is not None
        plane.allow_ingress_from(project.network.security_group_id, name)
        project.network.allow_egress_to(plane.api_group_id, HTTPS, f"cluster_{eks.cluster}")
        # For `aws eks update-kubeconfig`; what the role may do in the cluster is its access entry's.
        project.role.add_statements(allow("FindCluster", actions=["eks:DescribeCluster"], resources=[plane.arn]))
        create_access(
            self._make,
            self._label,
            role_arn=project.role.arn,
            policy="edit",
            namespaces=(eks.namespace,),
            plane=plane,
        )

    def _start_on_push(self, repository: str) -> None:
        names, settings = self._foundation.names, self.settings
        rule_name = names.of(f"build-{self._label}-pushed", RULE_NAME_LIMIT)
        rule = self._make(
            CloudwatchEventRule,
            f"{self._label}_pushed",
            name=rule_name,
            description=f"Pushes of images to {repository} that start a build",
            event_pattern=json.dumps(pushes(repository_name(repository, names.product), settings.tags)),
        )
        role = Role(
            self._make,
            f"{self._label}_pushed",
            names=names,
            name=f"build-{self._label}-pushed",
            # [EventBridge User Guide, Using IAM policy conditions]
            # (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html).
            trust_policy=assumed_by(
                "events.amazonaws.com",
                names.account_id,
                source_arn=f"arn:aws:events:{names.region}:{names.account_id}:rule/{rule_name}",
            ),
            policy_name="start",
            statements=self.project.start_statements(),
        )
        # StartBuild's parameters: [Amazon EventBridge User Guide, Event bus targets]
        # (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html). EventBridge writes the value with
        # its quotation marks.
        override = f'{{"name": "{TAG}", "type": "PLAINTEXT", "value": <tag>}}'
        self._make(
            CloudwatchEventTarget,
            f"{self._label}_pushed",
            rule=rule.name,
            target_id="build",
            arn=self.project.arn,
            role_arn=role.arn,
            input_transformer=CloudwatchEventTargetInputTransformer(
                input_paths={"tag": "$.detail.image-tag"},
                input_template=f'{{"environmentVariablesOverride": [{override}]}}',
            ),
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=RETRY_SECONDS, maximum_retry_attempts=20
            ),
            depends_on=[*role.ready, self.project.ready],
        )


def pushes(repository: str, tags: tuple[str, ...]) -> dict[str, Any]:
    """Return the event pattern of successful pushes of images with such tags.

    [Amazon ECR User Guide, Amazon ECR events and EventBridge]
    (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html).
    """
    detail = {
        "action-type": ["PUSH"],
        "result": ["SUCCESS"],
        "repository-name": [repository],
        "image-tag": [{"wildcard": each} for each in tags],
    }
    return {"source": ["aws.ecr"], "detail-type": ["ECR Image Action"], "detail": detail}
