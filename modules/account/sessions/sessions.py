"""Preferences of Session Manager."""

import json
from collections.abc import Iterable

from cdktf_cdktf_provider_aws.ssm_document import SsmDocument
from constructs import Construct

from modules.access.sessions.keys.hosts import PREFERENCES, SESSIONS
from modules.account.sessions.settings import SessionsSettings
from modules.foundation.foundation import Foundation


class Sessions(Construct):
    """Preferences of Session Manager in each Region.

    Creates, in each Region: the log group and the KMS key of sessions, the preferences document; if sessions are
    stored in S3, the account's log bucket.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: SessionsSettings,
        regions: Iterable[str],
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "sessions")
        for region in regions:
            self._create_document(region)

    def _create_document(self, region: str) -> None:
        foundation = self._foundation
        log_group = foundation.log_group(
            self._purpose(region), name=foundation.names.log_group(SESSIONS), region=region
        )
        self._make(
            SsmDocument,
            f"preferences_{region}",
            name=PREFERENCES,
            document_type="Session",
            document_format="JSON",
            content=json.dumps(self._content(log_group.name, foundation.session_key_in(region).arn)),
            depends_on=[log_group.ready],
            provider=foundation.providers.elsewhere(region),
        )

    def _purpose(self, region: str) -> str:
        return SESSIONS if region == self._foundation.names.region else f"{SESSIONS}-{region}"

    def _content(self, log_group: str, key_arn: str) -> dict[str, object]:
        """Return the document: [Session document schema]
        (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html).

        Numbers are strings. A session fails to start if it could not be logged, or only without encryption.
        """
        settings = self._settings
        bucket = self._foundation.log_bucket.bucket.name if settings.logs_to_s3 else ""
        return {
            "schemaVersion": "1.0",
            "description": "Preferences of Session Manager",
            "sessionType": "Standard_Stream",
            "inputs": {
                "kmsKeyId": key_arn,
                "cloudWatchLogGroupName": log_group,
                "cloudWatchEncryptionEnabled": True,
                "cloudWatchStreamingEnabled": True,
                "s3BucketName": bucket,
                "s3KeyPrefix": SESSIONS if bucket else "",
                "s3EncryptionEnabled": True,
                "idleSessionTimeout": str(settings.idle_timeout_minutes),
                "maxSessionDuration": str(settings.maximum_minutes),
                "runAsEnabled": settings.run_as is not None,
                "runAsDefaultUser": settings.run_as or "",
                "shellProfile": {"linux": "", "windows": ""},
            },
        }
