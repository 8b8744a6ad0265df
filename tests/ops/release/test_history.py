"""Releases in the audit log, and the revision to go back to."""

import pytest

from ops.errors import OpsError
from ops.release.history import Act, Release, previous, running_release
from ops.release.revisions import written_revision
from ops.release.service import ReleasedService


def done(revision: int, replaced: int, result: str = "succeeded", act: Act = "release") -> Release:
    return Release(act, "api", f"api:1.0.{revision}", revision, replaced, result)


@pytest.mark.parametrize(
    ("releases", "running", "expected"),
    [
        # Terraform's first revision is what the first release replaced.
        ([done(2, 1)], 2, 1),
        ([done(2, 1), done(3, 2)], 3, 2),
        # The failed release was rolled back by ECS.
        ([done(2, 1), done(3, 2, "failed"), done(4, 2)], 4, 2),
        # A second rollback does not go forward again.
        ([done(2, 1), done(3, 2), done(2, 3, act="rollback")], 2, 1),
        ([done(2, 1), done(3, 2), done(2, 3, act="rollback"), done(4, 2)], 4, 2),
        # Somebody has deployed a revision by hand.
        ([done(2, 1), done(3, 2)], 9, 3),
        # The audit log's first line is a later release.
        ([done(8, 7), done(9, 8, "timed out")], 9, 8),
    ],
)
def test_rollback_goes_to_the_revision_that_ran_before(
    service: ReleasedService, releases: list[Release], running: int, expected: int
) -> None:
    assert previous(releases, running, service) == expected


@pytest.mark.parametrize("releases", [[], [done(2, 1, "failed")]])
def test_without_a_release_that_succeeded_a_revision_must_be_named(
    service: ReleasedService, releases: list[Release]
) -> None:
    with pytest.raises(OpsError, match="no earlier release of api that succeeded; name a revision of agora-dev-api"):
        previous(releases, 2, service)


@pytest.mark.parametrize("text", ["41", "agora-dev-api:41"])
def test_revision_is_a_number_or_a_name_with_it(service: ReleasedService, text: str) -> None:
    assert written_revision(service, text) == 41


@pytest.mark.parametrize("text", ["agora-dev-web:41", "latest", "0", "41; rm"])
def test_revision_of_another_family_is_refused(service: ReleasedService, text: str) -> None:
    with pytest.raises(OpsError, match="is not a revision of agora-dev-api"):
        written_revision(service, text)


def test_line_shows_what_runs_and_why_a_release_failed() -> None:
    line = done(9, 8).line(runs=True)
    assert line.startswith("9  api:1.0.9  -")
    assert line.endswith("release succeeded  (running)")
    failed = Release("release", "api", "api:2.0.0", 10, 9, "failed", cause="no capacity", commit="c" * 40)
    assert failed.line(runs=False).endswith(f"  {'c' * 12}      release failed: no capacity")


def test_only_the_newest_release_of_the_running_revision_runs() -> None:
    first, second, back = done(2, 1), done(3, 2), done(2, 3, act="rollback")
    failed = done(2, 2, "failed")
    assert running_release([first, second, back, failed], 2) is back
    assert running_release([first, second], 9) is None
    assert running_release([first, done(3, 2, "interrupted")], 3) == done(3, 2, "interrupted")
