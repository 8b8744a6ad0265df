"""Trust policies of a cluster's roles."""

from collections.abc import Mapping, Sequence
from typing import Any

from modules.foundation.policies import document


def by_service(service: str, source_arn: str) -> str:
    """Return the trust policy for an AWS service on behalf of one cluster or of its resources.

    [Amazon EKS User Guide, Cross-service confused deputy prevention in Amazon EKS]
    (https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html), and for Fargate
    [Amazon EKS Pod execution IAM role](https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html).
    """
    return _trust({"Service": service}, ["sts:AssumeRole"], {"ArnLike": {"aws:SourceArn": source_arn}})


def by_instances() -> str:
    """Return the trust policy for EC2.

    It has no condition, because EC2 passes no source account when it assumes a role; iam:PassRole limits the use.
    """
    return _trust({"Service": "ec2.amazonaws.com"}, ["sts:AssumeRole"], {})


def by_pods(cluster_arn: str, namespace: str, service_account: str) -> str:
    """Return the trust policy for Pod Identity, for the pods of one service account in one cluster.

    [Amazon EKS User Guide, Create IAM role with trust policy required by EKS Pod Identity]
    (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html): the conditions are on the agent's session tags.
    """
    tags = {
        "aws:RequestTag/eks-cluster-arn": cluster_arn,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": service_account,
    }
    pods = {"Service": "pods.eks.amazonaws.com"}
    return _trust(pods, ["sts:AssumeRole", "sts:TagSession"], {"StringEquals": tags})


def by_issuer(provider_arn: str, issuer: str, namespace: str, service_account: str) -> str:
    """Return the trust policy for IRSA: tokens of the cluster's issuer for one service account.

    [Amazon EKS User Guide, Assign IAM roles to Kubernetes service accounts]
    (https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html). `issuer` has no https://.
    """
    claims = {
        f"{issuer}:aud": "sts.amazonaws.com",
        f"{issuer}:sub": f"system:serviceaccount:{namespace}:{service_account}",
    }
    return _trust({"Federated": provider_arn}, ["sts:AssumeRoleWithWebIdentity"], {"StringEquals": claims})


def _trust(principal: Mapping[str, str], actions: Sequence[str], condition: Mapping[str, Mapping[str, str]]) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": list(actions)}
    if condition:
        statement["Condition"] = condition
    return document([statement])
