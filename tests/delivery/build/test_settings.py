"""Errors of `build` blocks, with their lines."""

from pathlib import Path

import pytest

from tests.support.environments import DEV, only_problem

#: It begins at line 11.
BUILD = """\
build "job" {
  repository = "jobs"
  tags       = ["*.*.*"]
  commands   = ["true"]
}
repository "jobs" {}
"""
REGISTRY = 'registry { account_id = "333333333333" }\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            BUILD.replace('["*.*.*"]', '["*"]'),
            "dev.hcl:12: build.job.tags.0 * is not the pattern of a semantic version",
        ),
        (
            BUILD.replace('["*.*.*"]', '["release"]'),
            "dev.hcl:12: build.job.tags.0 release is not the pattern of a semantic version",
        ),
        (
            BUILD.replace('  repository = "jobs"\n', ""),
            "dev.hcl:11: build.job.tags [\"*.*.*\"] are tags of no repository",
        ),
        (
            BUILD.replace('"jobs" {}', '"others" {}'),
            "dev.hcl:11: build.job.repository jobs names no `repository` block of this environment; there is others",
        ),
        (
            BUILD.replace('  commands   = ["true"]\n', '  eks {\n    cluster = "main"\n    namespace = "a"\n'
                          '    deployment = "b"\n  }\n'),
            "dev.hcl:14: build.job.eks.cluster main names no `eks` block of this environment; there is none",
        ),
        (
            BUILD.replace('repository "jobs" {}\n', REGISTRY),
            "dev.hcl:12: build.job.tags [\"*.*.*\"] would start no build: ECR sends its events in account 333333333333",
        ),
        (
            BUILD.replace('["true"]', '["true"]\n  builds_images = true'),
            "dev.hcl:12: build.job.tags [\"*.*.*\"] would start another build with each image that the build pushes",
        ),
    ],
)  # fmt: skip
def test_wrong_build_is_an_error(tmp_path: Path, text: str, says: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + text}).startswith(says)


def test_build_without_a_network_is_an_error(tmp_path: Path) -> None:
    text = DEV[: DEV.index("network")] + BUILD
    assert only_problem(tmp_path, {"dev": text}).startswith("dev.hcl:6: build.job needs app subnets")


def test_build_that_cannot_send_its_log_is_an_error(tmp_path: Path) -> None:
    text = DEV.replace('["a", "c"]', '["a", "c"]\n  nat = "none"') + BUILD
    assert only_problem(tmp_path, {"dev": text}).startswith("dev.hcl:11: build.job cannot reach logs")
