"""The policies on the second plan of every environment, which says all that was applied.

The reference environments have no finding that is not skipped. The further ones try what a policy would not have,
a bucket without versions say; they count when it is asked whether a skip is still needed.
"""

from collections.abc import Mapping

import pytest

from ops.scan.checkov import Report, scan
from ops.scan.judgement import judge
from ops.scan.skips import read_skips
from tests.local.applied import Applied

REFERENCES = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def reports(applied: Mapping[str, Applied]) -> Mapping[str, Report]:
    """All in one run: its start takes longer than an environment."""
    return scan({name: each.second_plan.json for name, each in applied.items()})


@pytest.mark.parametrize("name", REFERENCES)
def test_every_finding_is_mended_or_skipped_with_a_reason(
    name: str, applied: Mapping[str, Applied], reports: Mapping[str, Report]
) -> None:
    found = judge(reports[name], read_skips(), applied[name].file.settings.tier)
    assert found.findings == [], "\n".join(found.lines())


def test_no_skip_serves_nothing(applied: Mapping[str, Applied], reports: Mapping[str, Report]) -> None:
    skips = read_skips()
    used = {
        finding.check
        for name, report in reports.items()
        for finding in report.findings
        if skips.reason(finding, applied[name].file.settings.tier)
    }
    assert set(skips.skip) - used == set()
