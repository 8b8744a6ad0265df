"""This machine's clock against AWS's: "Signature expired" is what AWS says of one that is off."""

import email.utils
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import boto3

from ops.doctor.finding import Finding, Findings
from ops.target import Target

#: "AWS Signature Version 4 for API requests": older or newer than this, a request is refused.
LIMIT = timedelta(minutes=5)
#: A clock that drifts this far is one that nobody sets.
EARLY = timedelta(minutes=1)
_SECONDS = 5.0
_REMEDY = "set it by the network's time: run `sudo timedatectl set-ntp true`"


def clock(target: Target, region: str) -> Findings:
    """Yield how far this machine's clock is from AWS's. Needs no credentials: with a wrong clock they are refused."""
    endpoint = target.local_aws.endpoint if target.local_aws else None
    sts = boto3.client("sts", region_name=region, endpoint_url=endpoint)
    yield judged(date_of(sts.meta.endpoint_url), datetime.now(UTC))


def judged(theirs: datetime, ours: datetime) -> Finding:
    """Return what is to be said of these two times."""
    off = ours - theirs
    seconds = abs(off.total_seconds())
    told = f"{seconds:.0f} s {'ahead of' if off > timedelta() else 'behind'} AWS's"
    if abs(off) >= LIMIT:
        return Finding("error", "clock", f"{told}: from 5 minutes on AWS refuses every request as expired", _REMEDY)
    if abs(off) >= EARLY:
        return Finding("warning", "clock", f"{told}; AWS refuses from 5 minutes on", _REMEDY)
    return Finding("ok", "clock", "within a minute of AWS's")


def date_of(endpoint: str) -> datetime:
    """Return the time that an answer bears; a refusal bears it too."""
    try:
        with urllib.request.urlopen(endpoint, timeout=_SECONDS) as answer:
            headers = answer.headers
    except urllib.error.HTTPError as error:
        headers = error.headers
    return email.utils.parsedate_to_datetime(headers["Date"])
