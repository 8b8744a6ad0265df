"""The policy scan of every environment's first plan, which a first deploy is judged by, and of its second plan.

The second plan contains everything that was applied, with the values that AWS has set.
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
    first = {f"first-{name}": each.first_plan_json for name, each in applied.items()}
    return scan({**first, **{f"second-{name}": each.second_plan.json for name, each in applied.items()}})


@pytest.mark.parametrize("plan", ["first", "second"])
@pytest.mark.parametrize("name", REFERENCES)
def test_environments_have_no_unskipped_findings(
    name: str, plan: str, applied: Mapping[str, Applied], findings: Mapping[str, Findings]
) -> None:
    found = judge(findings[f"{plan}-{name}"], [], read_skips(), applied[name].file.settings.tier)
    assert found.findings == [], "\n".join(found.lines())


def test_every_skip_is_used(applied: Mapping[str, Applied], findings: Mapping[str, Findings]) -> None:
    skips = read_skips()
    used = {
        finding.check
        for name, found in findings.items()
        for finding in found
        if skips.reason(finding, applied[name.partition("-")[2]].file.settings.tier)
    }
    assert set(skips.skip) - used == set()
