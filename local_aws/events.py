"""EventBridge: events of AWS itself.

- AWS: services send events to the default bus. Moto 5.2.5 sends two of S3. Added: `emit`, with which other additions
  send events, and `emission`, with which a test does.
- AWS: PutEvents rejects an entry whose source begins with "aws." with NotAuthorizedForSourceException
  ([PutEventsResultEntry](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html);
  example: [New serverless pattern - lambda-durable-investigation-escalation]
  (https://github.com/aws-samples/serverless-patterns/pull/3089)). Moto accepts it. Added: the error.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_REFUSED = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}


def install() -> None:
    """Let Moto reject events in the name of AWS."""
    from moto.events.responses import EventsHandler

    from local_aws.extend import add

    add(EventsHandler, _refusing(EventsHandler.put_events))


def emit(
    account: str,
    region: str,
    *,
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    resources: Sequence[str] = (),
) -> None:
    """Send an event of AWS to the default bus. Called with the lock."""
    from moto.events.models import events_backends

    event = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), "Resources": list(resources)}
    events_backends[account][region].put_events([event])


def _refusing(put: Callable[[Any], str]) -> Callable[[Any], str]:
    def put_events(response: Any) -> str:
        entries = response._get_param("Entries") or []
        of_aws = [str(each.get("Source", "")).startswith("aws.") for each in entries]
        if not any(of_aws):
            return put(response)
        others = [each for each, refused in zip(entries, of_aws, strict=True) if not refused]
        accepted = iter(response.events_backend.put_events(others))
        results = [_REFUSED if refused else next(accepted) for refused in of_aws]
        return json.dumps({"FailedEntryCount": sum("ErrorCode" in each for each in results), "Entries": results})

    return put_events
