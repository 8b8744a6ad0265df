"""WAF: data protection of a web ACL's logs and samples.

AWS: CreateWebACL and UpdateWebACL accept a DataProtectionConfig, and GetWebACL returns it. Moto 5.2.5 drops it. Added:
it is stored, and removed by an update without it.
"""

import json
from collections.abc import Callable
from typing import Any

_KEY = "DataProtectionConfig"


def install() -> None:
    """Let Moto's web ACLs store their data protection."""
    from moto.wafv2.models import FakeWebACL
    from moto.wafv2.responses import WAFV2Response

    from local_aws.extend import add

    add(WAFV2Response, _keeping(WAFV2Response.create_web_acl), _keeping(WAFV2Response.update_web_acl))
    add(FakeWebACL, _with_config(FakeWebACL.to_dict))


def _keeping(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def answer(response: Any) -> Any:
        body = json.loads(response.body)
        answered = call(response)
        # The operation has chosen the backend of the scope by now, and a name is unique in it.
        for web_acl in response.wafv2_backend.wacls.values():
            if web_acl.name == body["Name"]:
                web_acl.data_protection_config = body.get(_KEY)
        return answered

    answer.__name__ = call.__name__
    return answer


def _with_config(to_dict: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def with_data_protection(web_acl: Any) -> dict[str, Any]:
        config = getattr(web_acl, "data_protection_config", None)
        return to_dict(web_acl) | ({_KEY: config} if config else {})

    with_data_protection.__name__ = to_dict.__name__
    return with_data_protection
