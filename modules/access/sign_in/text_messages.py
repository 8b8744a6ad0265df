"""SMS messages to users."""

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, assumed_by, document


class TextMessages(Construct):
    """The permission of a user pool to send SMS messages, for verification codes and multi-factor authentication.

    Creates: the role by which Cognito sends SMS messages through SNS.

    A new account is in the SMS sandbox, which reaches only verified phone numbers; AWS moves it out on request.
    """

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id)
        make = foundation.resources(self, "sign_in")
        #: Together with the account, the external ID limits the role to this user pool:
        #: [Amazon Cognito Developer Guide, SMS message settings for Amazon Cognito user pools]
        #: (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-sms-settings.html).
        self.external_id = foundation.names.of("users")
        role = make(
            IamRole,
            "text_messages",
            name=foundation.names.role("sign-in-text-messages"),
            assume_role_policy=assumed_by(
                "cognito-idp.amazonaws.com", foundation.names.account_id, external_id=self.external_id
            ),
        )
        # A phone number has no ARN.
        send = allow("Send", actions=["sns:Publish"], resources=["*"])
        make(IamRolePolicy, "text_messages", name="send", role=role.id, policy=document([send]))
        self.role_arn = role.arn
