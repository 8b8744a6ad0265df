"""Texts of `eks` blocks for tests."""

from tests.support.environments import DEV, PROD

KUBERNETES = "1.36"
#: Versions of kube-proxy follow Kubernetes versions.
ADD_ON_VERSIONS = {"kube-proxy": f"v{KUBERNETES}.0-eksbuild.9"}
ADD_ONS = "".join(
    f'  add_on "{name}" {{\n    version = "{ADD_ON_VERSIONS.get(name, "v1.22.3-eksbuild.1")}"\n  }}\n'
    for name in ("vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent")
)
OPERATORS = """\
  access "operators" {
    role_arn = "arn:aws:iam::111111111111:role/operators"
    policy   = "cluster-admin"
  }
"""
GENERAL = """\
  managed "general" {
    instance_types = ["m7g.large"]
    min_size       = 2
    max_size       = 3
  }
"""
FARGATE = """\
  fargate "all" {
    max_pods = 20
    selector {
      namespace = "*"
    }
  }
"""


def eks(*parts: str, label: str = "blue", version: str = KUBERNETES, base: str = ADD_ONS + OPERATORS) -> str:
    """Return an `eks` block with these parts, which start at line 13 of an environment file."""
    base = base.replace(f"v{KUBERNETES}.", f"v{version}.")
    return f'eks "{label}" {{\n  version = "{version}"\n{"".join(parts)}{base}}}\n'


def dev(*parts: str) -> dict[str, str]:
    """Return a development environment with a cluster of these parts."""
    return {"dev": DEV + eks(*parts)}


def prod(*parts: str) -> dict[str, str]:
    """Return a production environment with a cluster of these parts."""
    return {"prod": PROD + eks(*parts)}
