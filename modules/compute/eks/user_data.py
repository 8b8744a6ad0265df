"""User data of Amazon Linux 2023 nodes. Plain text, in which CDKTF tokens are allowed.

[Amazon EKS User Guide, Customize managed nodes with launch templates, Amazon EC2 user data]
(https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html) and the [API reference of nodeadm]
(https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/): a NodeConfig. For managed node groups, EKS adds the
cluster's name, endpoint, and certificate.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from modules.compute.eks.keys.nodes import NodesSettings, TaintSettings

_BOUNDARY = "//"


@dataclass(frozen=True)
class Joining:
    """The values with which a self-managed node joins the cluster; managed nodes get them from EKS."""

    name: str
    endpoint: str
    certificate: str
    service_ipv4_cidr: IPv4Network


def user_data(nodes: NodesSettings, *, joining: Joining | None, proxy: Mapping[str, str]) -> str:
    """Return the user data in MIME parts; `proxy` has the proxy's environment variables, empty without a proxy."""
    parts = [("application/node.eks.aws", json.dumps(node_config(nodes, joining), indent=1))]
    if proxy:
        # First: containerd and the kubelet start after it, with the configuration that it writes.
        parts.insert(0, ("text/x-shellscript", proxy_script(proxy)))
    lines = ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"', ""]
    for kind, content in parts:
        lines += [f"--{_BOUNDARY}", f"Content-Type: {kind}", "", content]
    return "\n".join([*lines, f"--{_BOUNDARY}--", ""])


def node_config(nodes: NodesSettings, joining: Joining | None) -> dict[str, Any]:
    """Return the NodeConfig: the maximum number of pods for which addresses are planned, and how to join."""
    kubelet: dict[str, Any] = {"config": {"maxPods": nodes.pods}}
    spec: dict[str, Any] = {"kubelet": kubelet}
    if joining:
        spec["cluster"] = {
            "name": joining.name,
            "apiServerEndpoint": joining.endpoint,
            "certificateAuthority": joining.certificate,
            "cidr": str(joining.service_ipv4_cidr),
        }
        kubelet["flags"] = _flags(nodes.labels, nodes.taint)
    return {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec}


def proxy_script(variables: Mapping[str, str]) -> str:
    """Return the script that configures the proxy of containerd and the kubelet before they start."""
    settings = [f'Environment="{key}={value}"' for key, value in variables.items()]
    lines = ["#!/bin/bash", "set -euo pipefail"]
    for service in ("containerd", "kubelet"):
        folder = f"/etc/systemd/system/{service}.service.d"
        lines += [f"mkdir -p {folder}", f"cat > {folder}/proxy.conf <<'END'", "[Service]", *settings, "END"]
    return "\n".join([*lines, "systemctl daemon-reload"])


def _flags(labels: Mapping[str, str], taints: Sequence[TaintSettings]) -> list[str]:
    flags = []
    if labels:
        flags.append(f"--node-labels={','.join(f'{key}={value}' for key, value in sorted(labels.items()))}")
    if taints:
        written = (f"{taint.key}={taint.value}:{taint.effect}" for taint in taints)
        flags.append(f"--register-with-taints={','.join(written)}")
    return flags
