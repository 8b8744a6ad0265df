"""`terraform init` runs only if what it depends on has changed."""

import json
from pathlib import Path

import pytest

from ops.terraform import Terraform
from ops.workspace import Workspace

PROVIDER = ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"
#: A fake Terraform, which installs a provider, and adds this platform's checksum to the lock file, as Terraform does.
FAKE = f"#!/bin/sh\nmkdir -p {PROVIDER}\necho init >> inits\necho 'h1:here' >> .terraform.lock.hcl\n"


@pytest.fixture
def terraform(tmp_path: Path) -> Terraform:
    program = tmp_path / "fake-terraform"
    program.write_text(FAKE)
    program.chmod(0o755)
    folder = tmp_path / "dev"
    folder.mkdir()
    environment = {"TERRAFORM_BINARY_NAME": str(program), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    terraform = Terraform(folder, Workspace(tmp_path, tmp_path), environment, environment)
    synthesize(terraform, "bucket-a")
    return terraform


def synthesize(terraform: Terraform, bucket: str) -> None:
    """Write the stack as a synth does, with the committed lock file."""
    stack = {"terraform": {"backend": {"s3": {"bucket": bucket}}}}
    (terraform.folder / "cdk.tf.json").write_text(json.dumps(stack))
    (terraform.folder / ".terraform.lock.hcl").write_text("zh:committed\n")


def inits(terraform: Terraform) -> int:
    return len((terraform.folder / "inits").read_text().splitlines())


def test_second_init_of_the_same_stack_does_not_run(terraform: Terraform) -> None:
    terraform.init()
    synthesize(terraform, "bucket-a")
    terraform.init()
    assert inits(terraform) == 1
    assert (terraform.folder / ".terraform.lock.hcl").read_text() == "zh:committed\nh1:here\n"


def test_another_backend_needs_an_init(terraform: Terraform) -> None:
    terraform.init()
    synthesize(terraform, "bucket-b")
    terraform.init()
    assert inits(terraform) == 2


def test_override_needs_an_init(terraform: Terraform) -> None:
    terraform.init()
    (terraform.folder / "local_override.tf.json").write_text('{"terraform": {"backend": {"local": {}}}}')
    terraform.init()
    assert inits(terraform) == 2


def test_provider_that_is_gone_needs_an_init(terraform: Terraform) -> None:
    terraform.init()
    synthesize(terraform, "bucket-a")
    provider = terraform.folder / PROVIDER
    provider.rmdir()
    provider.symlink_to(terraform.folder / "deleted-cache")
    terraform.init()
    assert inits(terraform) == 2
