"""ECR repositories and their pull permissions."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from cdktf_cdktf_provider_aws.ecr_repository_policy import EcrRepositoryPolicy
from constructs import Construct

from modules.compute.keys.images import (
    PLATFORMS,
    Registry,
    image_reference,
    is_public,
    repository_arn,
    repository_name,
    repository_of,
)
from modules.compute.keys.instance_types import Architecture
from modules.compute.repository.settings import RepositorySettings
from modules.foundation.foundation import Foundation
from modules.foundation.kms import Key
from modules.foundation.policies import Statement, allow, document
from modules.foundation.resources import kept_if

#: [Amazon ECR User Guide, Private repository policy examples in Amazon ECR]
#: (https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html): the actions of a pull from
#: one repository.
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
#: What a release reads besides, in the account whose service runs the image.
_READ_SCANS = "ecr:DescribeImageScanFindings"


@dataclass(frozen=True)
class Copy:
    """A Region that images are replicated to."""

    region: str
    provider: TerraformProvider
    key: Key


class Repository(Construct):
    """An ECR repository with immutable tags, from which the accounts in its settings may pull.

    Creates: repository (encrypted with a customer managed key, scan on push), lifecycle policy; with other accounts,
    the repository policy. Roles of the same account need no statement in it: theirs is enough (`pull_statements`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: RepositorySettings,
        foundation: Foundation,
        copy: Copy | None = None,
    ) -> None:
        """With `copy`, create the repository in the Region that images are replicated to."""
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "repository")
        self._address = f"{name}_{copy.region}" if copy else name
        self._provider = copy.provider if copy else None
        self._create_repository(repository_name(name, foundation.names.product), copy.key if copy else None)
        self._expire()
        if settings.pull_account_ids:
            self._allow_accounts_to_pull()

    def _create_repository(self, name: str, key: Key | None) -> None:
        key = key or self._foundation.image_key
        self.ready = self._make(
            EcrRepository,
            self._address,
            name=name,
            # Production runs the same image under a version that dev tested.
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=key.arn)],
            force_delete=self._settings.force_delete,
            lifecycle=kept_if(self._foundation.is_production),
            provider=self._provider,
        )

    def _expire(self) -> None:
        self._make(
            EcrLifecyclePolicy,
            self._address,
            repository=self.ready.name,
            policy=json.dumps(lifecycle_policy(self._settings)),
            provider=self._provider,
        )

    def _allow_accounts_to_pull(self) -> None:
        # No Resource element: a repository policy must not have one.
        statements: list[Statement] = [
            {
                "Sid": f"Pull{account_id}",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                "Action": [*_PULL, _READ_SCANS],
            }
            for account_id in self._settings.pull_account_ids
        ]
        self._make(
            EcrRepositoryPolicy,
            self._address,
            repository=self.ready.name,
            policy=document(statements),
            provider=self._provider,
        )


def pull_statements(images: Iterable[str], registry: Registry) -> list[Statement]:
    """Return the statements that allow a role to pull these images and no others; public ones need none."""
    repositories = sorted({repository_arn(image, registry) for image in images if not is_public(image)})
    if not repositories:
        return []
    # The token identifies the caller and grants nothing by itself; the action supports no resource-level permissions.
    token = allow("LogInToRegistries", actions=["ecr:GetAuthorizationToken"], resources=["*"])
    return [token, allow("PullImages", actions=_PULL, resources=repositories)]


def push_lines(
    labels: Iterable[str], images: Iterable[str], architectures: Iterable[Architecture], registry: Registry
) -> dict[str, str]:
    """Return the command that pushes each repository's first image: the running version, or 0.1.0."""
    running = {repository_of(image): image for image in images}
    platforms = ",".join(sorted({PLATFORMS[architecture] for architecture in architectures}))
    login = (
        f"aws ecr get-login-password --region {registry.region} | "
        f"docker login --username AWS --password-stdin {registry.host}"
    )
    return {
        label: f"{login} && docker buildx build --platform {platforms or PLATFORMS['arm64']} --push "
        f"--tag {image_reference(running.get(label, f'{label}:0.1.0'), registry)} ."
        for label in labels
    }


def lifecycle_policy(settings: RepositorySettings) -> dict[str, list[dict[str, object]]]:
    """Return the lifecycle policy.

    [Lifecycle policy properties in Amazon ECR]
    (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html): the first rule that
    matches any tag of an image applies. An image with a prerelease tag expires as a prerelease, even if it also has a
    release tag.
    """
    days = {"countType": "sinceImagePushed", "countUnit": "days"}
    selections: dict[str, dict[str, object]] = {
        "untagged": {"tagStatus": "untagged", **days, "countNumber": settings.expire_untagged_after_days},
        "candidates": {
            "tagStatus": "tagged",
            "tagPatternList": ["*-*"],
            **days,
            "countNumber": settings.expire_prereleases_after_days,
        },
        "releases": {
            "tagStatus": "tagged",
            "tagPatternList": ["*"],
            "countType": "imageCountMoreThan",
            "countNumber": settings.keep_images,
        },
    }
    return {
        "rules": [
            {"rulePriority": priority, "description": name, "selection": selection, "action": {"type": "expire"}}
            for priority, (name, selection) in enumerate(selections.items(), start=1)
        ]
    }
