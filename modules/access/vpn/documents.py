"""SSM documents of the server: its configuration, and its users."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modules.access.vpn.settings import VpnSettings

_SCRIPTS = Path(__file__).parent / "host"
#: Where the first step puts the configuration files, for the second to compare and install.
_FILES = "/run/vpn-files"
#: Seconds. The first run waits for the volume and installs packages.
_TIMEOUT = 1500

#: Parameters are inserted into the scripts as text, so each has a pattern: [AWS Systems Manager User Guide, Data
#: elements and parameters, allowedPattern]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html).
_CONFIGURATION_PARAMETERS = {
    "PublicHost": ("The address or name in profiles", r"^[a-z0-9.-]{1,253}$"),
    "VolumeId": ("The data volume", r"^vol-[0-9a-f]{8,17}$"),
}
_USER_PARAMETERS = {
    "Action": ("add, list, or revoke", r"^(add|list|revoke)$"),
    "UserName": ("The user", r"^([a-z][a-z0-9-]{0,30})?$"),
    "Request": ("The certificate request, base64", r"^[A-Za-z0-9+/=]{0,8000}$"),
}


def configuration(settings: VpnSettings, files: Mapping[str, str]) -> str:
    """Return the content of the document that configures the server with these files, by path."""
    variables = {
        "VPN_HOST": "{{ PublicHost }}",
        "VOLUME_ID": "{{ VolumeId }}",
        "PROTOCOL": settings.protocol,
        "PORT": str(settings.port),
        "CERTIFICATE_DAYS": str(settings.certificate_days),
        "FILES": _FILES,
    }
    write = ["#!/bin/bash", "set -euo pipefail", f"rm -rf {_FILES}"]
    for path, text in files.items():
        folder = Path(path).parent.as_posix()
        write += [f"mkdir -p '{_FILES}{folder}'", f"cat >'{_FILES}{path}' <<'END'", *text.splitlines(), "END"]
    return _document(
        "Configures the OpenVPN server",
        {name: _parameter(*words) for name, words in _CONFIGURATION_PARAMETERS.items()},
        {"write": write, "configure": _script("configure.sh", variables)},
    )


def users() -> str:
    """Return the content of the document that adds, lists, and revokes users."""
    variables = {"ACTION": "{{ Action }}", "USER_NAME": "{{ UserName }}", "REQUEST": "{{ Request }}"}
    parameters = {name: _parameter(*words) for name, words in _USER_PARAMETERS.items()}
    for optional in ("UserName", "Request"):
        parameters[optional]["default"] = ""
    return _document("Adds, lists, and revokes users of the VPN", parameters, {"users": _script("users.sh", variables)})


def _parameter(description: str, pattern: str) -> dict[str, Any]:
    return {"type": "String", "description": description, "allowedPattern": pattern}


def _script(name: str, variables: Mapping[str, str]) -> list[str]:
    """Return the lines of a script that is given these environment variables."""
    first, *rest = (_SCRIPTS / name).read_text().splitlines()
    return [first, *(f"export {key}='{value}'" for key, value in variables.items()), *rest]


def _document(description: str, parameters: Mapping[str, Any], steps: Mapping[str, list[str]]) -> str:
    """Return the content of a Command document as JSON.

    [AWS Systems Manager User Guide, Command document plugin reference, aws:runShellScript]
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html).
    """
    content = {
        "schemaVersion": "2.2",
        "description": description,
        "parameters": parameters,
        "mainSteps": [
            {
                "action": "aws:runShellScript",
                "name": name,
                "precondition": {"StringEquals": ["platformType", "Linux"]},
                # If a step fails, the next ones do not run, and the document fails.
                "onFailure": "exit",
                "inputs": {"timeoutSeconds": str(_TIMEOUT), "runCommand": lines},
            }
            for name, lines in steps.items()
        ],
    }
    # Terraform would take a shell's ${...} for its own.
    return json.dumps(content).replace("${", "$${").replace("%{", "%%{")
