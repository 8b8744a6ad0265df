"""Rows of IAM and of user sign-in."""

from ops.guard.builders import ALWAYS, UNKNOWN_ALLOWED, creates, for_types, guards, lost, noted, opens, stops, weakens
from ops.guard.harms import changed, drops, ends_with, gains, gains_like, leaves, less, more, off, on, order, weaker
from ops.guard.rows import Row

_ADMINISTRATOR = ends_with(":policy/AdministratorAccess", ":policy/PowerUserAccess", ":policy/IAMFullAccess")
# fmt: off
# ruff: noqa: E501 - a row is a line
ACCESS: tuple[Row, ...] = (
    lost("aws_cognito_user_pool", "its users and their passwords"),
    lost("aws_cognito_user_pool_client", "the client ID with which applications sign in"),
    stops("aws_cognito_user_pool_domain", "the address at which users sign in"),
    weakens("aws_cognito_user_pool", "mfa_configuration", weaker(order("OFF", "OPTIONAL", "ON")), "would require a second factor less often"),
    weakens("aws_cognito_user_pool", "software_token_mfa_configuration.enabled", off, "would no longer offer authenticator apps as a second factor"),
    weakens("aws_cognito_user_pool", "password_policy.minimum_length", less, "would accept shorter passwords"),
    weakens("aws_cognito_user_pool", "password_policy.password_history_size", less, "would accept old passwords again"),
    *(weakens("aws_cognito_user_pool", f"password_policy.require_{kind}", off, "would accept simpler passwords") for kind in ("lowercase", "uppercase", "numbers", "symbols")),
    noted(weakens("aws_cognito_user_pool", "password_policy.temporary_password_validity_days", more, "would accept temporary passwords for longer")),
    weakens("aws_cognito_user_pool", "user_pool_add_ons.advanced_security_mode", weaker(order("OFF", "AUDIT", "ENFORCED")), "would protect less against stolen passwords"),
    opens("aws_cognito_user_pool", "admin_create_user_config.allow_admin_create_user_only", off, "would let anyone sign up"),
    opens("aws_cognito_user_pool", "sign_in_policy.allowed_first_auth_factors", gains, "would let users sign in with another factor"),
    *(weakens("aws_cognito_user_pool", f"lambda_config.{trigger}", off, "would no longer call the function", **UNKNOWN_ALLOWED) for trigger in ("pre_sign_up", "pre_authentication", "define_auth_challenge", "verify_auth_challenge_response")),
    weakens("aws_cognito_user_pool_client", "explicit_auth_flows", gains_like("PASSWORD_AUTH|CUSTOM"), "would accept passwords directly"),
    weakens("aws_cognito_user_pool_client", "allowed_oauth_flows", gains_like("implicit"), "would return tokens in URLs"),
    weakens("aws_cognito_user_pool_client", "prevent_user_existence_errors", leaves("ENABLED"), "would reveal which accounts exist"),
    weakens("aws_cognito_user_pool_client", "enable_token_revocation", off, "would no longer revoke tokens"),
    opens("aws_cognito_user_pool_client", "callback_urls", gains_like(r"^http://(?!localhost)|\*"), "would send authorization codes without TLS, or to any subdomain"),
    noted(opens("aws_cognito_user_pool_client", "callback_urls", gains, "would send authorization codes to another URL")),
    noted(weakens("aws_cognito_user_pool_client", "refresh_token_validity", more, "would let users stay signed in for longer")),
    opens("aws_cognito_identity_pool", "allow_unauthenticated_identities", on, "would allow access to guests", **ALWAYS),
    guards("aws_cognito_risk_configuration", "stolen passwords would no longer be detected"),

    *for_types("iam_role_policy_attachment iam_user_policy_attachment iam_group_policy_attachment iam_policy_attachment", opens, "policy_arn", _ADMINISTRATOR, "would grant administrator permissions", **ALWAYS),
    opens("aws_iam_role", "managed_policy_arns", gains_like(":policy/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$"), "would grant administrator permissions"),
    opens("aws_iam_role", "permissions_boundary", off, "would let the role do everything that its policies allow"),
    noted(opens("aws_iam_role", "max_session_duration", more, "would allow longer sessions")),
    creates("aws_iam_access_key", "would create long-term credentials"),
    creates("aws_iam_user_login_profile", "would create a console password"),
    opens("aws_iam_openid_connect_provider", "client_id_list", gains, "would accept tokens for other audiences"),
    opens("aws_iam_openid_connect_provider", "url", changed, "would trust another identity provider"),
    noted(opens("aws_iam_openid_connect_provider", "thumbprint_list", gains, "would trust another certificate")),
    opens("aws_iam_saml_provider", "saml_metadata_document", changed, "would trust another identity provider"),
    guards("aws_iam_account_password_policy", "users could choose any password"),
    weakens("aws_iam_account_password_policy", "minimum_password_length", less, "would accept shorter passwords"),
    *(weakens("aws_iam_account_password_policy", f"require_{kind}", off, "would accept simpler passwords") for kind in ("lowercase_characters", "uppercase_characters", "numbers", "symbols")),
    guards("aws_iam_virtual_mfa_device", "somebody would no longer need a second factor"),
    weakens("aws_ebs_encryption_by_default", "enabled", off, "would let new volumes be created without encryption"),
    guards("aws_ssm_document", "sessions of Session Manager would no longer be encrypted and logged"),
    noted(weakens("aws_ssm_document", "content", changed, "would change how sessions are encrypted, logged, or limited")),
    guards("aws_ebs_encryption_by_default", "new volumes could be created without encryption"),
    guards("aws_ec2_instance_metadata_defaults", "new instances would give their credentials to requests without a token"),
    weakens("aws_ec2_instance_metadata_defaults", "http_tokens", leaves("required"), "would let new instances give their credentials to requests without a token"),
    guards("aws_ecr_registry_scanning_configuration", "new images would no longer be scanned"),
    weakens("aws_ecr_registry_scanning_configuration", "rule", drops, "would no longer scan these images"),
)
