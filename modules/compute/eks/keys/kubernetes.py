"""Kubernetes names: labels, namespaces, and service accounts."""

import re
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: [Labels and Selectors, Syntax and character set]
#: (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set): an optional
#: domain and a name; values have the syntax of names.
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_KEY = re.compile(rf"(?:[a-z0-9](?:[a-z0-9.-]{{0,251}}[a-z0-9])?/)?{_NAME}")
_VALUE = re.compile(rf"(?:{_NAME})?")


def _label_key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise broken_rule("is not a Kubernetes label key", 'write one as "dedicated" or "example.com/dedicated"')
    return value


def _label_value(value: str) -> str:
    if not _VALUE.fullmatch(value):
        raise broken_rule(
            "is not a Kubernetes label value: at most 63 letters, digits, dots, hyphens, and underscores",
            'write one as "batch"',
        )
    return value


LabelKey = Annotated[str, AfterValidator(_label_key)]
LabelValue = Annotated[str, AfterValidator(_label_value)]

#: [Object Names and IDs, RFC 1123 Label Names]
#: (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names): the syntax of namespaces;
#: service accounts are limited to it here.
_DNS_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SERVICE_ACCOUNT = re.compile(rf"{_DNS_LABEL}/{_DNS_LABEL}")


def _namespace(value: str) -> str:
    if not re.fullmatch(_DNS_LABEL, value):
        raise broken_rule("is not a Kubernetes namespace", 'write one as "payments"')
    return value


def _service_account(value: str) -> str:
    if not _SERVICE_ACCOUNT.fullmatch(value):
        raise broken_rule(
            "is not a namespace and the name of a service account",
            'write the two with a slash between them, "payments/api"',
        )
    return value


Namespace = Annotated[str, AfterValidator(_namespace)]
#: `namespace/name`.
ServiceAccountName = Annotated[str, AfterValidator(_service_account)]
