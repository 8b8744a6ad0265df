"""Custom endpoints that would redirect a deploy away from AWS: environment variables and keys of the AWS profile.

"Service-specific endpoints", https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ops.errors import ExitCode, OpsError

#: Allows one endpoint, for a network in which AWS is reached through another name.
ALLOWED = "GROUNDWORK_ENDPOINT_URL"
#: The variables of the SDKs, and the older ones of Terraform's S3 backend ("Backend Type: s3", Configuration,
#: https://developer.hashicorp.com/terraform/language/backend/s3).
_VARIABLE = re.compile(r"AWS_ENDPOINT_URL\w*|AWS_(DYNAMODB|IAM|S3|STS)_ENDPOINT")


def refuse_endpoints(environment: Mapping[str, str]) -> None:
    """Raise OpsError if a variable or the AWS profile would send requests elsewhere than to AWS."""
    variables = sorted(name for name in environment if _VARIABLE.fullmatch(name))
    if variables:
        raise OpsError(
            f"{', '.join(variables)} is set, so requests would not go to AWS; "
            f"run `unset {' '.join(variables)}`, or use `make local`",
            ExitCode.REFUSED,
        )
    allowed = environment.get(ALLOWED)
    keys = [f"{file}, {key} = {url}" for file, key, url in _of_profile(environment) if url != allowed]
    if keys:
        raise OpsError(
            f"the AWS profile sets an endpoint, so requests would not go to AWS. Remove it ({'; '.join(keys)}), or "
            "choose another profile: export AWS_PROFILE=...",
            ExitCode.REFUSED,
        )


def _of_profile(environment: Mapping[str, str]) -> Iterator[tuple[Path, str, str]]:
    """Yield the file, key, and URL of each endpoint in the current profile."""
    # Imported here because the import takes longer than a whole `validate`.
    from botocore.configloader import load_config, raw_config_parse

    config_file, credentials_file = (
        Path(environment.get(variable) or default).expanduser()
        for variable, default in (
            ("AWS_CONFIG_FILE", "~/.aws/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        )
    )
    name = environment.get("AWS_PROFILE") or environment.get("AWS_DEFAULT_PROFILE") or "default"
    config = load_config(str(config_file)) if config_file.exists() else {}
    credentials = raw_config_parse(str(credentials_file)) if credentials_file.exists() else {}
    for file, profile in (
        (config_file, config.get("profiles", {}).get(name, {})),
        (credentials_file, credentials.get(name, {})),
    ):
        yield from _endpoints(file, f"profile {name}", profile)
        for service, keys in config.get("services", {}).get(profile.get("services"), {}).items():
            yield from _endpoints(config_file, f"services {profile['services']}, {service}", keys)


def _endpoints(file: Path, section: str, keys: object) -> Iterator[tuple[Path, str, str]]:
    if isinstance(keys, Mapping) and "endpoint_url" in keys:
        yield file, f"{section}: endpoint_url", str(keys["endpoint_url"])
