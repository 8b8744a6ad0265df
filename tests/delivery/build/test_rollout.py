"""The script of a rolling update, run in Bash with programs in place of kubectl and the AWS CLI."""

import subprocess
from pathlib import Path

import pytest

from modules.delivery.build.keys.rollout import rollout_script

VARIABLES = {
    "CLUSTER": "agora-prod-main",
    "NAMESPACE": "payments",
    "DEPLOYMENT": "api",
    "CONTAINER": "web",
    "REPOSITORY": "333333333333.dkr.ecr.ap-northeast-2.amazonaws.com/agora/api",
}
SET_IMAGE = f"kubectl --namespace payments set image deployment/api web={VARIABLES['REPOSITORY']}:1.4.2"
STATUS = "kubectl --namespace payments rollout status deployment/api --timeout=9m"
UNDO = "kubectl --namespace payments rollout undo deployment/api"


def run(folder: Path, tag: str, *, fails_at: str = "never", releases_only: bool = True) -> tuple[int, list[str]]:
    """Run the script; return its exit code and the commands that it ran. The first command with `fails_at` fails."""
    log = folder / "commands"
    log.touch()
    for name in ("kubectl", "aws"):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nseen=$(grep -c "{fails_at}" "{log}")\necho "{name} $*" >>"{log}"\n'
            f'case "$*" in *"{fails_at}"*) [ "$seen" -gt 0 ];; esac\n'
        )
        program.chmod(0o755)
    script = rollout_script(releases_only=releases_only, build_timeout=20)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "IMAGE_TAG": tag, **VARIABLES}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, log.read_text().splitlines()


def test_image_is_set_and_pods_are_awaited(tmp_path: Path) -> None:
    code, commands = run(tmp_path, "1.4.2")
    assert code == 0
    assert commands == ["aws eks update-kubeconfig --name agora-prod-main", SET_IMAGE, STATUS]


def test_pods_that_do_not_become_ready_lead_back_to_the_previous_image_and_fail(tmp_path: Path) -> None:
    code, commands = run(tmp_path, "1.4.2", fails_at="rollout status")
    assert code == 1
    assert commands[2:] == [
        STATUS,
        "kubectl --namespace payments get events --sort-by=.lastTimestamp",
        UNDO,
        STATUS,
    ]


@pytest.mark.parametrize("failing", ["update-kubeconfig", "set image"])
def test_failure_before_the_update_ends_it(tmp_path: Path, failing: str) -> None:
    code, commands = run(tmp_path, "1.4.2", fails_at=failing)
    assert code != 0
    assert UNDO not in commands
    assert STATUS not in commands


@pytest.mark.parametrize("tag", ["", "latest", "1.4", "v1.4.2", "1.4.2-rc.1", "1.4.2;id", "1.04.2", "1.4.2\n1.4.3"])
def test_tag_that_is_no_release_changes_nothing(tmp_path: Path, tag: str) -> None:
    code, commands = run(tmp_path, tag)
    assert (code, commands) == (1, [])


def test_prerelease_is_rolled_out_before_production(tmp_path: Path) -> None:
    code, commands = run(tmp_path, "1.4.2-rc.1", releases_only=False)
    assert code == 0
    assert commands[1] == f"{SET_IMAGE}-rc.1"


def test_update_and_way_back_fit_into_the_timeout() -> None:
    for minutes in (5, 20, 45):
        script = rollout_script(releases_only=True, build_timeout=minutes)
        (each,) = {int(part.split("m")[0]) for part in script.split("--timeout=")[1:]}
        assert each >= 1
        assert 2 * each < minutes


def test_terraform_replaces_nothing_in_the_script() -> None:
    script = rollout_script(releases_only=True, build_timeout=20)
    assert "${" not in script
    assert "%{" not in script
