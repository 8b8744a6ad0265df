"""The check of this machine's clock against that of AWS, which rejects a wrong clock with "Signature expired"."""

import email.utils
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import boto3

from ops.doctor.finding import Finding, Findings
from ops.target import Target

#: AWS rejects a request whose time is off by this much ("AWS Signature Version 4 for API requests").
LIMIT = timedelta(minutes=5)
#: A clock that is off by this much is not synchronized.
EARLY = timedelta(minutes=1)
_SECONDS = 5.0
_REMEDY = "synchronize it with network time: run `sudo timedatectl set-ntp true`"


def clock(target: Target, region: str) -> Findings:
    """Yield how far this machine's clock is off. Works without credentials, because a wrong clock makes them fail."""
    endpoint = target.local_aws.endpoint if target.local_aws else None
    sts = boto3.client("sts", region_name=region, endpoint_url=endpoint)
    yield judged(date_of(sts.meta.endpoint_url), datetime.now(UTC))


def judged(of_aws: datetime, here: datetime) -> Finding:
    """Return the finding for these two times."""
    off = here - of_aws
    seconds = abs(off.total_seconds())
    message = f"{seconds:.0f} s {'ahead of' if off > timedelta() else 'behind'} AWS"
    if abs(off) >= LIMIT:
        return Finding("error", "clock", f"{message}; AWS rejects every request as expired from 5 minutes on", _REMEDY)
    if abs(off) >= EARLY:
        return Finding("warning", "clock", f"{message}; AWS rejects requests from 5 minutes on", _REMEDY)
    return Finding("ok", "clock", "within a minute of AWS")


def date_of(endpoint: str) -> datetime:
    """Return the time in the Date header of a response, which may be an error."""
    try:
        with urllib.request.urlopen(endpoint, timeout=_SECONDS) as answer:
            headers = answer.headers
    except urllib.error.HTTPError as error:
        headers = error.headers
    return email.utils.parsedate_to_datetime(headers["Date"])
