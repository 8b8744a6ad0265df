"""Image repositories, and who may pull from them."""

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
    Registry,
    image_reference,
    repository_arn,
    repository_name,
    repository_of,
)
from modules.compute.keys.instance_types import Architecture
from modules.compute.repository.settings import RegistrySettings, RepositorySettings
from modules.foundation.foundation import Foundation
from modules.foundation.kms import Key
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, document
from modules.foundation.resources import kept_if

#: "Amazon ECR User Guide, Repository policy examples": what a pull takes, of one repository.
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
#: How Docker names the architectures ("Multi-platform builds").
PLATFORMS: dict[Architecture, str] = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}


@dataclass(frozen=True)
class Copy:
    """Another region that images are copied to."""

    region: str
    provider: TerraformProvider
    key: Key


class Repository(Construct):
    """An ECR repository whose tags never move, pulled from by the accounts that its settings name.

    Creates: repository (encrypted by our key, each image scanned when it is pushed), lifecycle policy; with other
    accounts, the repository's policy. Roles of the same account need no line in it: their own policy is enough
    (`may_pull`).
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
        """Take the region of a copy; the repository itself is in the environment's."""
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "repository")
        self._what = f"{name}_{copy.region}" if copy else name
        self._provider = copy.provider if copy else None
        self._create_repository(repository_name(name, foundation.names.product), copy.key if copy else None)
        self._expire()
        if settings.pull_account_ids:
            self._let_accounts_pull()

    def _create_repository(self, name: str, key: Key | None) -> None:
        key = key or self._foundation.image_key
        self.ready = self._make(
            EcrRepository,
            self._what,
            name=name,
            # What dev tested under a version is what production runs under it.
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
            self._what,
            repository=self.ready.name,
            policy=json.dumps(lifecycle_policy(self._settings)),
            provider=self._provider,
        )

    def _let_accounts_pull(self) -> None:
        # Without resources, which ECR refuses here: the policy is about the repository that it is of.
        statements: list[Statement] = [
            {
                "Sid": f"Pull{account_id}",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                "Action": list(_PULL),
            }
            for account_id in self._settings.pull_account_ids
        ]
        self._make(
            EcrRepositoryPolicy,
            self._what,
            repository=self.ready.name,
            policy=document(statements),
            provider=self._provider,
        )


def registry_of(settings: RegistrySettings | None, names: Names) -> Registry:
    """Return the registry that an environment's images are pulled from: its own account's, or the one that is named."""
    if settings is None:
        return Registry(names.product, names.account_id, names.region)
    return Registry(names.product, settings.account_id, settings.region or names.region)


def may_pull(images: Iterable[str], registry: Registry) -> list[Statement]:
    """Return the statements of a role that pulls these images and no others."""
    repositories = sorted({repository_arn(image, registry) for image in images})
    # The token says who asks, and opens nothing by itself; AWS names no resource for it.
    token = allow("LogInToRegistries", actions=["ecr:GetAuthorizationToken"], resources=["*"])
    return [token, allow("PullImages", actions=_PULL, resources=repositories)]


def push_lines(
    labels: Iterable[str], images: Iterable[str], architectures: Iterable[Architecture], registry: Registry
) -> dict[str, str]:
    """Return what to type to fill each repository: the version that is run, or a first one, for these processors."""
    run = {repository_of(image): image for image in images}
    platforms = ",".join(sorted({PLATFORMS[architecture] for architecture in architectures}))
    login = (
        f"aws ecr get-login-password --region {registry.region} | "
        f"docker login --username AWS --password-stdin {registry.host}"
    )
    return {
        label: f"{login} && docker buildx build --platform {platforms or PLATFORMS['arm64']} --push "
        f"--tag {image_reference(run.get(label, f'{label}:0.1.0'), registry)} ."
        for label in labels
    }


def lifecycle_policy(settings: RepositorySettings) -> dict[str, list[dict[str, object]]]:
    """Return the lifecycle policy in ECR's words ("Lifecycle policy properties in Amazon ECR").

    An image is judged by the first rule whose tags it matches: one that has a candidate's tag is a candidate, though
    it has a release's tag as well.
    """
    days = {"countType": "sinceImagePushed", "countUnit": "days"}
    selections: dict[str, dict[str, object]] = {
        "untagged": {"tagStatus": "untagged", **days, "countNumber": settings.expire_untagged_after_days},
        "candidates": {
            "tagStatus": "tagged",
            "tagPatternList": ["*-*"],
            **days,
            "countNumber": settings.expire_candidates_after_days,
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
            {"rulePriority": priority, "description": what, "selection": selection, "action": {"type": "expire"}}
            for priority, (what, selection) in enumerate(selections.items(), start=1)
        ]
    }
