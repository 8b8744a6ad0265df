"""Requests to an OpenSearch cluster, signed with the function's role."""

import json
import urllib.error
import urllib.request
from typing import Any

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

#: Seconds that a request may take.
_TIMEOUT = 10
#: The service's name in signatures: [Signing HTTP requests to Amazon OpenSearch Service]
#: (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/request-signing.html).
_SERVICE = "es"
#: Without a proxy: the cluster is in the VPC.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ClusterError(Exception):
    """The cluster rejected a request, or did not respond, with the reason."""


class Cluster:
    """The cluster at a host name."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        session = botocore.session.get_session()
        credentials = session.get_credentials()
        assert credentials, "Lambda sets those of the function's role"
        self._credentials = credentials
        self._region = session.get_config_variable("region")

    def get(self, path: str) -> Any:
        """Return the response to a GET request. Raises ClusterError."""
        return self._request("GET", path)

    def put(self, path: str, body: Any) -> None:
        """Create or replace what is at the path. Raises ClusterError."""
        self._request("PUT", path, body)

    def delete(self, path: str) -> None:
        """Delete what is at the path. Raises ClusterError."""
        self._request("DELETE", path)

    def _request(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        url = f"https://{self._endpoint}/{path}"
        signed = AWSRequest(method, url, headers=headers, data=data)
        SigV4Auth(self._credentials, _SERVICE, self._region).add_auth(signed)
        request = urllib.request.Request(url, data=data, headers=dict(signed.headers.items()), method=method)
        try:
            with _opener.open(request, timeout=_TIMEOUT) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            reason = error.read(1000).decode(errors="replace")
            raise ClusterError(f"{method} {path}: {error.code} {reason}") from None
        except OSError as error:
            raise ClusterError(f"{method} {path}: no response: {error}") from None
