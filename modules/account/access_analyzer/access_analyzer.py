"""Analyzers of IAM Access Analyzer."""

from collections.abc import Iterable

from cdktf_cdktf_provider_aws.accessanalyzer_analyzer import (
    AccessanalyzerAnalyzer,
    AccessanalyzerAnalyzerConfiguration,
    AccessanalyzerAnalyzerConfigurationUnusedAccess,
)
from constructs import Construct

from modules.account.access_analyzer.settings import AccessAnalyzerSettings
from modules.account.regions import suffix_of
from modules.foundation.foundation import Foundation

#: [CreateAnalyzer, analyzerName]
#: (https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAnalyzer.html).
ANALYZER_NAME_LIMIT = 255


class AccessAnalyzers(Construct):
    """The `access_analyzer` block.

    Creates: in each Region, an analyzer of external access; by choice, in one Region an analyzer of unused access,
    since IAM is the same in all.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: AccessAnalyzerSettings,
        regions: Iterable[str],
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        names = foundation.names
        make = foundation.resources(self, "account")
        for region in regions:
            make(
                AccessanalyzerAnalyzer,
                f"external_access{suffix_of(region, foundation)}",
                analyzer_name=names.of("external-access", ANALYZER_NAME_LIMIT),
                type="ACCOUNT",
                provider=foundation.providers.elsewhere(region),
            )
        if settings.unused_access_age:
            unused = AccessanalyzerAnalyzerConfigurationUnusedAccess(unused_access_age=settings.unused_access_age)
            make(
                AccessanalyzerAnalyzer,
                "unused_access",
                analyzer_name=names.of("unused-access", ANALYZER_NAME_LIMIT),
                type="ACCOUNT_UNUSED_ACCESS",
                configuration=AccessanalyzerAnalyzerConfiguration(unused_access=unused),
            )
