"""The user pool, its domain, and its app clients."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cognito_user_pool import (
    CognitoUserPool,
    CognitoUserPoolAccountRecoverySetting,
    CognitoUserPoolAccountRecoverySettingRecoveryMechanism,
    CognitoUserPoolAdminCreateUserConfig,
    CognitoUserPoolEmailConfiguration,
    CognitoUserPoolPasswordPolicy,
    CognitoUserPoolSmsConfiguration,
    CognitoUserPoolSoftwareTokenMfaConfiguration,
    CognitoUserPoolUserAttributeUpdateSettings,
    CognitoUserPoolUsernameConfiguration,
    CognitoUserPoolUserPoolAddOns,
)
from cdktf_cdktf_provider_aws.cognito_user_pool_client import (
    CognitoUserPoolClient,
    CognitoUserPoolClientTokenValidityUnits,
)
from constructs import Construct

from modules.access.checks import domain_prefix
from modules.access.sign_in.domain import Domain, create_custom_domain, create_prefix_domain
from modules.access.sign_in.keys.client import ClientSettings
from modules.access.sign_in.settings import LOAD_BALANCER_PREFIX, SignInSettings
from modules.access.sign_in.text_messages import create_text_message_role
from modules.foundation.foundation import Foundation
from modules.foundation.resources import kept_if
from modules.network.module import NetworkModule

#: [CreateUserPool, PoolName]
#: (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html) and
#: [CreateUserPoolClient, ClientName]
#: (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html).
NAME_LIMIT = 128
#: Minutes within which a user must answer a challenge: 3 to 15 ("CreateUserPoolClient, AuthSessionValidity").
CHALLENGE_MINUTES = 3
#: The path to which Cognito returns users that a load balancer redirected to it ([Authenticate users using an
#: Application Load Balancer]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html)).
LOAD_BALANCER_PATH = "/oauth2/idpresponse"

_MFA = {"off": "OFF", "optional": "OPTIONAL", "required": "ON"}
_RECOVERY = {"email": "verified_email", "phone": "verified_phone_number", "administrator": "admin_only"}
_ATTRIBUTES = {"email": "email", "phone": "phone_number"}


@dataclass(frozen=True)
class LoadBalancerSignIn:
    """The arguments of a listener's `authenticate-cognito` action."""

    user_pool_arn: str
    user_pool_client_id: str
    user_pool_domain: str


class SignIn(Construct):
    """The users of the product.

    Creates: the user pool, its domain, a public app client for each application; a role to send SMS messages, if
    needed; an app client with a secret for each `for_load_balancer`.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: SignInSettings, network: NetworkModule, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "sign_in")
        self._pool = self._create_pool()
        self.user_pool_id = self._pool.id
        self.user_pool_arn = self._pool.arn
        #: The issuer of the tokens, which services compare with the claim `iss`.
        self.issuer = f"https://{self._pool.endpoint}"
        domain = self._create_domain(network)
        self.domain, self.url = domain.name, domain.url
        self.client_ids = {label: self._create_client(label, client) for label, client in settings.client.items()}

    def for_load_balancer(self, name: str, hosts: Sequence[str]) -> LoadBalancerSignIn:
        """Create an app client with which a load balancer authenticates the users of these hosts.

        The app client has a secret, which Elastic Load Balancing reads from Cognito itself. It is the only secret that
        is also in the Terraform state.
        """
        client = self._make(
            CognitoUserPoolClient,
            f"{LOAD_BALANCER_PREFIX}_{name}",
            name=self._foundation.names.of(f"{LOAD_BALANCER_PREFIX}-{name}", NAME_LIMIT),
            user_pool_id=self.user_pool_id,
            generate_secret=True,
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_flows=["code"],
            allowed_oauth_scopes=["openid"],
            supported_identity_providers=["COGNITO"],
            callback_urls=[f"https://{host}{LOAD_BALANCER_PATH}" for host in hosts],
            explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            auth_session_validity=CHALLENGE_MINUTES,
        )
        return LoadBalancerSignIn(self.user_pool_arn, client.id, self.domain)

    def _create_pool(self) -> CognitoUserPool:
        settings = self._settings
        contacts = [_ATTRIBUTES[contact] for contact in settings.sign_in_with]
        recovery = CognitoUserPoolAccountRecoverySettingRecoveryMechanism(name=_RECOVERY[settings.recovery], priority=1)
        protected = settings.threat_protection != "off"
        return self._make(
            CognitoUserPool,
            "users",
            name=self._foundation.names.of("users", NAME_LIMIT),
            user_pool_tier="PLUS" if protected else "ESSENTIALS",
            deletion_protection="ACTIVE" if settings.deletion_protection else "INACTIVE",
            username_attributes=contacts,
            username_configuration=CognitoUserPoolUsernameConfiguration(case_sensitive=False),
            auto_verified_attributes=contacts,
            # A new email address or phone number takes effect only when verified. Otherwise, anyone who steals a
            # session could take over the account.
            user_attribute_update_settings=CognitoUserPoolUserAttributeUpdateSettings(
                attributes_require_verification_before_update=contacts
            ),
            account_recovery_setting=CognitoUserPoolAccountRecoverySetting(recovery_mechanism=[recovery]),
            admin_create_user_config=CognitoUserPoolAdminCreateUserConfig(
                allow_admin_create_user_only=not settings.self_registration
            ),
            password_policy=self._password_policy(),
            mfa_configuration=_MFA[settings.mfa],
            software_token_mfa_configuration=self._authenticator_apps(),
            sms_configuration=self._text_messages(),
            email_configuration=self._email(),
            user_pool_add_ons=CognitoUserPoolUserPoolAddOns(advanced_security_mode=settings.threat_protection.upper()),
            lifecycle=kept_if(self._foundation.is_production),
        )

    def _password_policy(self) -> CognitoUserPoolPasswordPolicy:
        password = self._settings.password
        return CognitoUserPoolPasswordPolicy(
            minimum_length=password.minimum_length,
            require_lowercase=password.require_lowercase,
            require_uppercase=password.require_uppercase,
            require_numbers=password.require_numbers,
            require_symbols=password.require_symbols,
            password_history_size=password.password_history_size or None,
            temporary_password_validity_days=password.temporary_password_validity_days,
        )

    def _authenticator_apps(self) -> CognitoUserPoolSoftwareTokenMfaConfiguration | None:
        if self._settings.mfa == "off" or "totp" not in self._settings.mfa_methods:
            return None
        return CognitoUserPoolSoftwareTokenMfaConfiguration(enabled=True)

    def _text_messages(self) -> CognitoUserPoolSmsConfiguration | None:
        if not self._settings.sends_text_messages:
            return None
        external_id = self._foundation.names.of("users")
        role = create_text_message_role(self._make, self._foundation.names, external_id)
        return CognitoUserPoolSmsConfiguration(external_id=external_id, sns_caller_arn=role.arn)

    def _email(self) -> CognitoUserPoolEmailConfiguration | None:
        email, names = self._settings.email, self._foundation.names
        if email is None:
            return None
        return CognitoUserPoolEmailConfiguration(
            email_sending_account="DEVELOPER",
            from_email_address=email.sender,
            source_arn=f"arn:aws:ses:{names.region}:{names.account_id}:identity/{email.identity}",
        )

    def _create_domain(self, network: NetworkModule) -> Domain:
        name, pool_id = self._settings.domain, self.user_pool_id
        if name:
            zone = network.zone_of(name)
            return create_custom_domain(
                self, make=self._make, name=name, pool_id=pool_id, zone=zone, foundation=self._foundation
            )
        prefix = domain_prefix(self._settings, self._foundation.names)
        return create_prefix_domain(self._make, prefix=prefix, pool_id=pool_id, region=self._foundation.names.region)

    def _create_client(self, label: str, settings: ClientSettings) -> str:
        """Create a public app client without a secret, which uses PKCE.

        Cognito supports PKCE but cannot require it, so the application must send the code challenge.
        """
        return self._make(
            CognitoUserPoolClient,
            label,
            name=self._foundation.names.of(label, NAME_LIMIT),
            user_pool_id=self.user_pool_id,
            generate_secret=False,
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_flows=["code"],
            allowed_oauth_scopes=list(settings.scopes),
            supported_identity_providers=["COGNITO"],
            callback_urls=list(settings.callback_urls),
            logout_urls=list(settings.logout_urls),
            # With SRP, the password is never sent over the network; no flow accepts a plaintext password.
            explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
            access_token_validity=settings.access_token_minutes,
            id_token_validity=settings.id_token_minutes,
            refresh_token_validity=settings.refresh_token_days,
            token_validity_units=[
                CognitoUserPoolClientTokenValidityUnits(
                    access_token="minutes", id_token="minutes", refresh_token="days"
                )
            ],
            # Errors do not reveal whether a user exists.
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            auth_session_validity=CHALLENGE_MINUTES,
        ).id
