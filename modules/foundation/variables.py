"""Names of the environment variables that tell programs which resources they may use."""

#: Where the AWS SDKs look for credentials before they use the role of a task or function: [AWS SDKs and Tools Reference
#: Guide, Standardized credential providers]
#: (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html).
CREDENTIAL_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONFIG_FILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


def variable(kind: str, label: str, suffix: str) -> str:
    """Return the name of an environment variable: `DATABASE_MAIN_HOST`."""
    return "_".join((kind, label, suffix)).replace("-", "_").upper()


def variables_for(kind: str, label: str, **values: str | None) -> dict[str, str]:
    """Return the environment variables of one block that have a value."""
    return {variable(kind, label, suffix): value for suffix, value in values.items() if value is not None}
