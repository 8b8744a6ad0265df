"""The policy scan of the second plan of every environment, which contains everything that was applied.

The reference environments have no unskipped finding. The other environments also use settings that policies reject,
such as a bucket without versioning; they only count for the check that every skip is used.
"""

from collections.abc import Mapping

import pytest

from ops.scan.checkov import Finding, scan
from ops.scan.judgement import judge
from ops.scan.skips import read_skips
from tests.local.applied import Applied

Findings = tuple[Finding, ...]
REFERENCES = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def findings(applied: Mapping[str, Applied]) -> Mapping[str, Findings]:
    """Scan all plans in one run, because starting Checkov takes longer than scanning an environment."""
    return scan({name: each.second_plan.json for name, each in applied.items()})


@pytest.mark.parametrize("name", REFERENCES)
def test_environments_have_no_unskipped_findings(
    name: str, applied: Mapping[str, Applied], findings: Mapping[str, Findings]
) -> None:
    found = judge(findings[name], [], read_skips(), applied[name].file.settings.tier)
    assert found.findings == [], "\n".join(found.lines())


def test_every_skip_is_used(applied: Mapping[str, Applied], findings: Mapping[str, Findings]) -> None:
    skips = read_skips()
    used = {
        finding.check
        for name, found in findings.items()
        for finding in found
        if skips.reason(finding, applied[name].file.settings.tier)
    }
    assert set(skips.skip) - used == set()
