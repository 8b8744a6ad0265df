"""The `cors` block of a bucket: the sites whose pages may access the bucket from a browser."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.foundation.problems import Finding, broken_rule
from modules.foundation.settings import Settings, each_once

Method = Literal["GET", "HEAD", "PUT", "POST", "DELETE"]

#: [Fetch Standard, Access-Control-Max-Age](https://fetch.spec.whatwg.org/#http-access-control-max-age) has no limit;
#: browsers cache a preflight response for 2 hours (Chromium) to 24 hours (Firefox).
LONGEST_CORS_AGE = 86400
#: A host with at most one `*`, and a port.
_HOST = re.compile(r"(?=[^*]*\*?[^*]*$)[a-z0-9*]([a-z0-9*.-]*[a-z0-9*])?(:\d{1,5})?")
_PORT_LIMIT = 2**16 - 1
#: [RFC 9110, section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2): the characters of a header name.
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: Second-level labels under which a country's registry sells names to anyone (co.kr, com.au), and domains under which
#: a company does. The most common of the [Public Suffix List](https://publicsuffix.org/list/public_suffix_list.dat).
_REGISTRY_LABELS = ("ac", "co", "com", "edu", "go", "gob", "gov", "gv", "ne", "net", "or", "org", "pe", "re")
_SHARED_DOMAINS = frozenset(
    (
        "amplifyapp.com", "appspot.com", "azurewebsites.net", "blogspot.com", "cloudfront.net",
        "firebaseapp.com", "fly.dev", "github.io", "gitlab.io", "herokuapp.com", "netlify.app", "ngrok-free.app",
        "ngrok.io", "onrender.com", "pages.dev", "run.app", "vercel.app", "web.app", "workers.dev",
    )
)  # fmt: skip


def _origin(value: str) -> str:
    """Return an origin.

    [Amazon S3 User Guide, Elements of a CORS configuration, AllowedOrigins element]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html): one `*` at most.
    """
    scheme, _, host = value.partition("://")
    if value.count("*") > 1:
        raise broken_rule(
            "has more than one `*`, and S3 allows one",
            'write each site, or use a single `*`, such as "https://*.shop.com"',
        )
    port = host.partition(":")[2]
    is_host = _HOST.fullmatch(host) and not (port and not 0 < int(port) <= _PORT_LIMIT)
    if value != "*" and (scheme not in ("http", "https") or not is_host):
        raise broken_rule(
            "is not an origin: scheme and host in lowercase, and the port if it is not the default one",
            'write it without a path, such as "https://www.example.com"',
        )
    return value


def _allowed_header(value: str) -> str:
    if not _HEADER.fullmatch(value) or value.count("*") > 1:
        rule = "is not a header name with at most one `*`"
        raise broken_rule(rule, 'write a name such as "Content-Type", "x-amz-*", or "*"')
    return value


def _exposed_header(value: str) -> str:
    """Return a header that pages may read.

    [CORSRule, ExposeHeader](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html): PutBucketCors rejects a
    wildcard ("We currently do not support wildcard for ExposeHeader").
    """
    if not _HEADER.fullmatch(value) or "*" in value:
        raise broken_rule(
            "is not a header name; S3 does not allow `*` in expose_headers",
            'write each header, such as ["ETag", "x-amz-version-id"]',
        )
    return value


Origin = Annotated[str, AfterValidator(_origin)]
AllowedHeader = Annotated[str, AfterValidator(_allowed_header)]
ExposedHeader = Annotated[str, AfterValidator(_exposed_header)]


class CorsSettings(Settings):
    """The `cors` block of a bucket: the sites whose pages may access the bucket from a browser."""

    allowed_origins: Annotated[tuple[Origin, ...], AfterValidator(each_once)] = Field(
        examples=[["https://www.example.com"]],
        description="Scheme and host of each site, with at most one `*`. In production, https is required, and `*` "
        "must not stand for all sites or for all domains of a top-level domain.",
    )
    allowed_methods: Annotated[tuple[Method, ...], AfterValidator(each_once)] = Field(
        default=("GET", "HEAD"), min_length=1, description="GET and HEAD for downloads, PUT or POST for uploads."
    )
    allowed_headers: Annotated[tuple[AllowedHeader, ...], AfterValidator(each_once)] = Field(
        default=("*",), description="Headers that a request may have."
    )
    expose_headers: Annotated[tuple[ExposedHeader, ...], AfterValidator(each_once)] = Field(
        default=("ETag",), description="Response headers that a page may read, by their full names."
    )
    max_age_seconds: int = Field(
        default=3600, ge=0, le=LONGEST_CORS_AGE, description="Seconds that a browser caches the preflight response."
    )

    def findings(self, production: bool) -> Iterator[Finding]:
        """Yield invalid origins; with `production`, also those that production does not allow."""
        if not self.allowed_origins:
            yield Finding(("allowed_origins",), [], "names no site", "write one, or remove the `cors` block")
        for index, origin in enumerate(self.allowed_origins if production else ()):
            at = ("allowed_origins", str(index))
            if not origin.startswith("https://"):
                rule = "is not allowed in production: any page, or an unencrypted one, could act for the user"
                yield Finding(at, origin, rule, 'write the site itself, such as "https://www.example.com"')
            elif _is_open_to_registration(origin.removeprefix("https://")):
                rule = "is not allowed in production: it matches other people's sites, which could act for the user"
                yield Finding(at, origin, rule, 'write the site itself, or "https://*." and a domain that you own')


def _is_open_to_registration(host: str) -> bool:
    """Return whether a host with `*` matches names that anyone can register."""
    if "*" not in host:
        return False
    first, star, parent = host.partition("*.")
    labels = parent.split(":")[0].split(".")
    if not star or first or len(labels) < 2:
        return True
    is_registry = len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _REGISTRY_LABELS
    return is_registry or ".".join(labels) in _SHARED_DOMAINS or labels[-2:] == ["amazonaws", "com"]
