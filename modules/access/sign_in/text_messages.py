"""SMS messages to users."""

from modules.foundation.names import Names
from modules.foundation.policies import allow, assumed_by
from modules.foundation.resources import Resources
from modules.foundation.roles import Role


def create_text_message_role(make: Resources, names: Names, external_id: str) -> Role:
    """Create the role with which Cognito sends a user pool's verification codes by SMS through SNS.

    Together with the account, the external ID limits the role to one user pool: [Amazon Cognito Developer Guide, SMS
    message settings for Amazon Cognito user pools]
    (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-sms-settings.html).

    A new account is in the SMS sandbox, which reaches only verified phone numbers; AWS moves it out on request.
    """
    return Role(
        make,
        "text_messages",
        names=names,
        name="sign-in-text-messages",
        trust_policy=assumed_by("cognito-idp.amazonaws.com", names.account_id, external_id=external_id),
        policy_name="send",
        # A phone number has no ARN.
        statements=[allow("Send", actions=["sns:Publish"], resources=["*"])],
    )
