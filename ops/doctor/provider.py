"""The check that `terraform init` can install the AWS provider: from a local mirror, or from the registry."""

import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from ops.doctor.finding import Finding, Findings
from ops.doctor.locks import provider_version
from ops.provider_mirror import MIRROR_VARIABLE, PROVIDER, find_mirror

REGISTRY = "https://registry.terraform.io/.well-known/terraform.json"
_SECONDS = 5.0
_MIRROR = f"on a machine with a network, run `terraform providers mirror DIR`; here, `export {MIRROR_VARIABLE}=DIR`"


def provider(environment: Mapping[str, str] = os.environ, registry: str = REGISTRY) -> Findings:
    """Yield where the provider can be installed from."""
    named = environment.get("TF_CLI_CONFIG_FILE")
    try:
        mirror = find_mirror(environment)
    except FileNotFoundError as error:
        yield Finding("error", "provider", str(error), f"set it to the right folder or run `unset {MIRROR_VARIABLE}`")
        return
    if mirror and not (named and Path(named).is_file()):
        yield _mirrored(mirror)
    elif named and Path(named).is_file():
        yield Finding("ok", "provider", f"installed according to {named}")
    else:
        yield _reachable(registry)


def _mirrored(mirror: Path) -> Finding:
    version = provider_version()
    if any(version in path.name for path in (mirror / PROVIDER).iterdir()):
        return Finding("ok", "provider", f"AWS {version}, mirrored in {mirror}")
    return Finding("error", "provider", f"the mirror {mirror} has no AWS provider {version}", _MIRROR)


def _reachable(registry: str) -> Finding:
    try:
        with urllib.request.urlopen(registry, timeout=_SECONDS):
            return Finding("ok", "provider", f"AWS {provider_version()}, from its registry")
    except (urllib.error.URLError, TimeoutError) as error:
        return Finding(
            "error",
            "provider",
            f"there is no local mirror, and the registry cannot be reached: {registry}: {error}",
            _MIRROR,
        )
