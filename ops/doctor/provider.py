"""Whether `terraform init` can get the AWS provider: from a mirror on this machine, or from its registry."""

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
_MIRROR = f"where there is a network run `terraform providers mirror DIR`, then `export {MIRROR_VARIABLE}=DIR` here"


def provider(environment: Mapping[str, str] = os.environ, registry: str = REGISTRY) -> Findings:
    """Yield where the provider comes from, or that it comes from nowhere."""
    named = environment.get("TF_CLI_CONFIG_FILE")
    try:
        mirror = find_mirror(environment)
    except FileNotFoundError as error:
        yield Finding("error", "provider", str(error), f"name the right folder or `unset {MIRROR_VARIABLE}`")
        return
    if mirror and not (named and Path(named).is_file()):
        yield _mirrored(mirror)
    elif named and Path(named).is_file():
        yield Finding("ok", "provider", f"installed as {named} says")
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
        return Finding("error", "provider", f"neither mirrored here nor to be fetched: {registry}: {error}", _MIRROR)
