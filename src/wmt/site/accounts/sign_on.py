"""allauth's settings: local accounts with a second factor, the organisation's sign-on, no open sign-up."""

from wmt.site.config import read_config

_CONFIG = read_config()

ACCOUNT_ADAPTER = "wmt.site.accounts.adapters.LocalAccounts"
SOCIALACCOUNT_ADAPTER = "wmt.site.accounts.adapters.SignOn"
MFA_ADAPTER = "wmt.site.accounts.adapters.SecondFactor"
ACCOUNT_FORMS = {
    "login": "wmt.site.accounts.allauth_forms.SignInForm",
    "change_password": "wmt.site.accounts.allauth_forms.PasswordForm",
    "reauthenticate": "wmt.site.accounts.allauth_forms.PasswordAgainForm",
}
MFA_FORMS = {
    "authenticate": "wmt.site.accounts.allauth_forms.CodeForm",
    "reauthenticate": "wmt.site.accounts.allauth_forms.CodeOnceMoreForm",
    "activate_totp": "wmt.site.accounts.allauth_forms.SetUpForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# 'key' is a sender and an account (`LocalAccounts`): who tries is slowed, never the owner of the account
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "token_failed": "10/m/ip",
}
# behind a proxy that ends TLS the address that counts is the one the proxy saw
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _CONFIG.https else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Workload Measurement Tool"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute out
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator made the account, so its address needs no proof
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": _CONFIG.oidc_name,
                "client_id": _CONFIG.oidc_client,
                "secret": _CONFIG.oidc_secret,
                "settings": {"server_url": _CONFIG.oidc_server},
            }
        ]
        if _CONFIG.oidc_server
        else [],
    }
}
