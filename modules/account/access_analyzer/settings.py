"""Settings of the `access_analyzer` block."""

from pydantic import Field

from modules.foundation.settings import Settings


class AccessAnalyzerSettings(Settings):
    """The `access_analyzer` block: analyzers of IAM Access Analyzer.

    In each Region, one finds resources that others outside the account can use; these analyzers are free of charge
    ([AWS IAM Access Analyzer pricing](https://aws.amazon.com/iam/access-analyzer/pricing/)). By choice, one finds
    permissions and roles that nobody uses.
    """

    unused_access_age: int | None = Field(
        default=None,
        ge=1,
        le=365,
        examples=[90],
        description="Days after which a role, user, or permission that nobody used is a finding. By default there is "
        "no such analyzer: it is charged monthly for each role and user.",
    )
