"""Path patterns: which requests to a site are answered from where."""

import re
from typing import Annotated

from pydantic import AfterValidator

from modules.compute.load_balancer.keys.listener_rules import covers
from modules.foundation.problems import broken_rule

#: "CloudFront Developer Guide, Path pattern": a pattern's length.
PATTERN_LIMIT = 255
#: The page that every site has; CloudFront answers `/` with it.
ROOT_PAGE = "/index.html"

#: The same page: letters, digits, `_-.$/~"'@:+&` and wildcards.
_PATTERN = re.compile(r"/[A-Za-z0-9_.$/~\"'@:+&*?-]*")


def _pattern(value: str) -> str:
    if not _PATTERN.fullmatch(value) or len(value) > PATTERN_LIMIT:
        raise broken_rule(
            "is not a path that CloudFront can compare: a stroke first, letters, digits, _-.$/~\"'@:+& and the "
            f"wildcards * and ?, at most {PATTERN_LIMIT}",
            'write one as "/api/*", without the query string',
        )
    for page in ("/", ROOT_PAGE):
        if covers(value, page):
            raise broken_rule(f"takes {page} too, the start page, and leaves no site", 'write one as "/api/*"')
    return value


#: One pattern, which case matters to.
PathPattern = Annotated[str, AfterValidator(_pattern)]
