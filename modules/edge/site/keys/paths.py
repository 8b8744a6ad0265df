"""Path patterns of a site."""

import re
from typing import Annotated

from pydantic import AfterValidator

from modules.compute.load_balancer.keys.listener_rules import covers
from modules.foundation.problems import broken_rule

#: [CloudFront Developer Guide, Cache behavior settings, Path pattern]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html): the
#: maximum length of a pattern.
PATTERN_LIMIT = 255
#: The default root object: CloudFront returns it for `/`.
ROOT_PAGE = "/index.html"

#: The same page: letters, digits, `_-.$/~"'@:+&` and wildcards.
_PATTERN = re.compile(r"/[A-Za-z0-9_.$/~\"'@:+&*?-]*")


def _pattern(value: str) -> str:
    if not _PATTERN.fullmatch(value) or len(value) > PATTERN_LIMIT:
        raise broken_rule(
            "is not a CloudFront path pattern: a slash, then letters, digits, _-.$/~\"'@:+& and the wildcards * and "
            f"?, at most {PATTERN_LIMIT} characters",
            'write one as "/api/*", without the query string',
        )
    for page in ("/", ROOT_PAGE):
        if covers(value, page):
            raise broken_rule(
                f"also matches {page}, the start page, and would replace the site", 'write one as "/api/*"'
            )
    return value


#: A path pattern; case-sensitive.
PathPattern = Annotated[str, AfterValidator(_pattern)]
