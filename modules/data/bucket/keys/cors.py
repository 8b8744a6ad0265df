"""The `cors` block of a bucket: which sites' pages may call it from a browser."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.foundation.problems import Finding, broken_rule
from modules.foundation.settings import Settings, each_once

Method = Literal["GET", "HEAD", "PUT", "POST", "DELETE"]

#: "Fetch Standard" names no limit; browsers keep an answer for 2 hours (Chromium) to 24 hours (Firefox).
LONGEST_CORS_AGE = 86400
#: A host, one `*` in it at most, and a port.
_HOST = re.compile(r"(?=[^*]*\*?[^*]*$)[a-z0-9*]([a-z0-9*.-]*[a-z0-9*])?(:\d{1,5})?")
_PORT_LIMIT = 2**16 - 1
#: RFC 9110, section 5.6.2: what a header's name is made of.
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: Labels below which a country's registry gives names to anyone, as in co.kr and com.au, and domains below which a
#: company does: [Public Suffix List](https://publicsuffix.org/list/public_suffix_list.dat), those that are met most.
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
            "has more than one `*`, and S3 takes one", 'write each site, or one `*`, "https://*.shop.com"'
        )
    port = host.partition(":")[2]
    is_host = _HOST.fullmatch(host) and not (port and not 0 < int(port) <= _PORT_LIMIT)
    if value != "*" and (scheme not in ("http", "https") or not is_host):
        raise broken_rule(
            "is not an origin: scheme and host in lower case, with a port where it is not the usual one",
            'write it without a path, "https://www.example.com"',
        )
    return value


def _allowed_header(value: str) -> str:
    if not _HEADER.fullmatch(value) or value.count("*") > 1:
        rule = "is not the name of a header, in which S3 takes one `*` at most"
        raise broken_rule(rule, 'write one as "Content-Type", "x-amz-*" or "*"')
    return value


def _exposed_header(value: str) -> str:
    """Return a header that pages read.

    [CORSRule, ExposeHeader](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html): PutBucketCors refuses a
    wildcard ("We currently do not support wildcard for ExposeHeader").
    """
    if not _HEADER.fullmatch(value) or "*" in value:
        raise broken_rule(
            "is not the name of a header, in which S3 takes no `*` here",
            'write each header, ["ETag", "x-amz-version-id"]',
        )
    return value


Origin = Annotated[str, AfterValidator(_origin)]
AllowedHeader = Annotated[str, AfterValidator(_allowed_header)]
ExposedHeader = Annotated[str, AfterValidator(_exposed_header)]


class CorsSettings(Settings):
    """The `cors` block of a bucket: which sites' pages may call it from a browser."""

    allowed_origins: Annotated[tuple[Origin, ...], AfterValidator(each_once)] = Field(
        examples=[["https://www.example.com"]],
        description="Scheme and host of each site, one `*` in it at most; in production only https, and neither all "
        "sites nor all of a top-level domain.",
    )
    allowed_methods: Annotated[tuple[Method, ...], AfterValidator(each_once)] = Field(
        default=("GET", "HEAD"), min_length=1, description="GET and HEAD to show, PUT or POST for uploads."
    )
    allowed_headers: Annotated[tuple[AllowedHeader, ...], AfterValidator(each_once)] = Field(
        default=("*",), description="Headers that a request may carry."
    )
    expose_headers: Annotated[tuple[ExposedHeader, ...], AfterValidator(each_once)] = Field(
        default=("ETag",), description="Headers that a page may read, each by its whole name."
    )
    max_age_seconds: int = Field(
        default=3600, ge=0, le=LONGEST_CORS_AGE, description="Seconds that a browser remembers the answer."
    )

    def findings(self, production: bool) -> Iterator[Finding]:
        """Yield what is wrong with the origins; `production` has rules of its own."""
        if not self.allowed_origins:
            yield Finding(("allowed_origins",), [], "names no site", "name one, or take the `cors` block out")
        for index, origin in enumerate(self.allowed_origins if production else ()):
            at = ("allowed_origins", str(index))
            if not origin.startswith("https://"):
                rule = "is refused in production: any page, or one sent in clear, could act for the user who opens it"
                yield Finding(at, origin, rule, 'write the site itself, "https://www.example.com"')
            elif _is_anyones(origin.removeprefix("https://")):
                rule = "is refused in production: it matches sites of others, whose pages could act for the user"
                yield Finding(at, origin, rule, 'write the site itself, or "https://*." and a domain of your own')


def _is_anyones(host: str) -> bool:
    """Return whether a host with `*` matches names that anyone can register."""
    if "*" not in host:
        return False
    first, star, parent = host.partition("*.")
    labels = parent.split(":")[0].split(".")
    if not star or first or len(labels) < 2:
        return True
    is_registry = len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _REGISTRY_LABELS
    return is_registry or ".".join(labels) in _SHARED_DOMAINS or labels[-2:] == ["amazonaws", "com"]
