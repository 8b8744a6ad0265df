"""The lock of a site: one command at a time."""

from datetime import timedelta

import pytest

from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.publish.lock import locked
from ops.publish.release import LOCK_KEY
from tests.ops.publish.conftest import Site
from tests.support.sites import FIRST

JOB = {"CI_JOB_URL": "https://gitlab.com/agora/web/-/jobs/7"}


def test_second_command_is_refused_with_the_first_ones_job(site: Site) -> None:
    with locked(site.s3, site.bucket, Clock(now=lambda: site.now), take=False, environment=JOB):
        with pytest.raises(OpsError) as error:
            site.publish(FIRST)
        assert error.value.code == ExitCode.REFUSED
        assert str(error.value) == (
            "https://gitlab.com/agora/web/-/jobs/7 has been publishing since 2026-11-28 02:00:00 UTC; run the same "
            "command again when it has ended, or with --take-lock if it no longer runs"
        )
    assert site.publish(FIRST).pages


@pytest.mark.parametrize(("later", "take"), [(timedelta(minutes=61), False), (timedelta(), True)])
def test_lock_of_a_killed_command_is_replaced(
    later: timedelta, take: bool, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    with locked(site.s3, site.bucket, Clock(now=lambda: site.now), take=False, environment=JOB):
        site.now += later
        assert site.publish(FIRST, take_lock=take).pages
        assert "jobs/7 has not released the lock since 2026-11-28 02:00:00 UTC" in capsys.readouterr().err
    assert LOCK_KEY not in site.private_keys()


def test_lock_is_released_after_an_error(site: Site) -> None:
    with pytest.raises(RuntimeError), locked(site.s3, site.bucket, Clock(), take=False, environment={}):
        raise RuntimeError
    assert LOCK_KEY not in site.private_keys()
