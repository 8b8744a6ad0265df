"""Whether anyone with push access could have created a ref, as far as a CI server says so."""

from typing import Literal


def is_unprotected(server: Literal["gitlab", "github"], *, is_tag: bool, reported: object) -> bool:
    """Return whether the server reports that a job's ref is not protected.

    GitHub reports every tag as not protected, whatever ruleset applies to it
    (https://github.com/orgs/community/discussions/142985), so nothing is known of its tags: a ruleset has to protect
    them. It reports a branch as protected if a branch protection rule or a ruleset applies to it.
    """
    if server == "github" and is_tag:
        return False
    return str(reported).lower() != "true"
