"""Descriptions of the regular expressions in settings, so that error messages need not show the expressions."""

from typing import NamedTuple


class Words(NamedTuple):
    """What an expression matches, and an example."""

    rule: str
    """A phrase that completes "is not"."""
    example: str


#: By regular expression, exactly as in a field's `pattern`. A test compares them with all fields.
WORDS = {
    r"^[a-z_][a-z0-9_-]{0,31}$": Words(
        "a Linux user: 1 to 32 lowercase letters, digits, _ and -, beginning with a letter or _", "ec2-user"
    ),
    r"^[0-9()+ -]+$": Words("a phone number: digits, spaces, and ( ) + -", "+82 2 1234 5678"),
    r"^[A-Za-z0-9_+=,.@-]+$": Words("a name in IAM: letters, digits, and _ + = , . @ -", "jisoo@agora.example"),
    r"^/[^:]+$": Words("a folder below the root: an absolute path without a colon", "/var/cache"),
    r"^/[!-~]*$": Words("the path of a URL: it begins with / and has no spaces", "/healthz"),
    r"^/[A-Za-z0-9_./-]+$": Words("a path that begins with / and has letters, digits, and _ . / - only", "/404.html"),
    r"^arn:aws:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+$": Words(
        "the ARN of an IAM role", "arn:aws:iam::333333333333:role/operators"
    ),
    r"^v\d+\.\d+\.\d+-eksbuild\.\d+$": Words(
        "a version of an EKS add-on: v, three numbers, -eksbuild, and a number", "v1.22.3-eksbuild.1"
    ),
    r"^1\.\d{2}$": Words("a minor version of Kubernetes: two numbers, without v and patch version", "1.36"),
    r"^1\.\d{2}\.\d+-\d{8}$": Words(
        "a release of the EKS AMIs: a Kubernetes version with its patch version, a hyphen, and a date",
        "1.36.2-20260709",
    ),
    r"^ami-[0-9a-f]{8,17}$": Words("an AMI ID: ami- and 8 to 17 digits or letters a to f", "ami-0123456789abcdef0"),
    r"^[a-z0-9*?]([a-z0-9*?-]{0,61}[a-z0-9*?])?$": Words(
        "a Kubernetes namespace: at most 63 lowercase letters, digits, and hyphens, no hyphen at the beginning or end; "
        "* and ? are wildcards",
        "batch-*",
    ),
    r"^[\w .,'&()+-]{1,128}$": Words("a vendor's name: 1 to 128 letters, digits, spaces, and . , ' & ( ) + - _", "AWS"),
    r"^[\w-]{1,128}$": Words("a rule's name at AWS: 1 to 128 letters, digits, - and _", "SizeRestrictions_BODY"),
    r"^[A-Za-z0-9][A-Za-z0-9/._-]{0,200}$": Words(
        "the key of a state: at most 201 letters, digits, and / . _ -, beginning with a letter or digit",
        "agora/dev/terraform.tfstate",
    ),
    r"^[A-Za-z0-9._/-]{1,100}$": Words("a branch: 1 to 100 letters, digits, and . _ / -", "main"),
    r"^\d+\.\d+(-[0-9.]+)?$": Words(
        "a version of AWS's standard image: two numbers, optionally a hyphen and a release", "5.0"
    ),
    r"^\d{1,2}$": Words("a major version: one or two digits, without a minor version", "22"),
    r"^arn:aws:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}$": Words(
        "the ARN of a connection to a Git provider",
        "arn:aws:codeconnections:ap-northeast-2:333333333333:connection/0a1b2c3d-0000-4000-8000-000000000000",
    ),
    r"^http://[A-Za-z0-9.-]+:\d{1,5}$": Words("http://, a host, and a port", "http://proxy.corp.example:3128"),
    r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$": Words(
        "the ID of a Direct Connect gateway: 8, 4, 4, 4, and 12 digits or letters a to f, separated by hyphens",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    r"^([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$": Words(
        "the ID of a group in IAM Identity Center: 8, 4, 4, 4, and 12 digits or letters a to f, separated by hyphens, "
        "in some organizations after 10 more",
        "906764a1c2-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
    ),
    r"^https://\S+$": Words(
        "a URL that begins with https:// and has no spaces", "https://login.agora.example/metadata"
    ),
    r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$": Words(
        "the first part of a domain: 1 to 63 lowercase letters, digits, and hyphens, no hyphen at the beginning or end",
        "agora-dev",
    ),
    r"^[A-Z0-9]{10}$": Words("an Apple identifier: 10 capital letters and digits", "ABCDE12345"),
    r"^[A-Za-z0-9.-]{1,155}$": Words("a bundle identifier: 1 to 155 letters, digits, . and -", "example.agora.app"),
    r"^[a-z][a-z0-9_]{0,62}$": Words(
        "a database name: 1 to 63 lowercase letters, digits, and _, beginning with a letter", "agora"
    ),
    r"^[a-z][a-z0-9_]{0,15}$": Words(
        "a user name: 1 to 16 lowercase letters, digits, and _, beginning with a letter", "dbadmin"
    ),
    r"^[0-2]\d:[0-5]\d$": Words(
        "a time of day: two digits for the hour from 00 to 23, a colon, and two digits for the minute", "18:30"
    ),
}
