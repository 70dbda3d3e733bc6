"""Addresses of coming in, of one's own sign-in, and of people.

Of allauth's addresses only those are here that we offer. Nobody signs up, changes their own address, or asks
for a password by email: an administrator makes accounts, and links to set a password.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import path
from django.views.decorators.http import require_http_methods

from wmt.site.accounts import demo, people, token_pages, views

#: allauth's forms would also take PUT, which nobody sends
_form = require_http_methods(["GET", "HEAD", "POST"])
_page = require_http_methods(["GET", "HEAD"])

urlpatterns = [
    path("accounts/login/", _form(views.SignIn.as_view()), name="account_login"),
    path("accounts/logout/", _form(account.logout), name="account_logout"),
    path("accounts/inactive/", _page(account.account_inactive), name="account_inactive"),
    path("accounts/reauthenticate/", _form(account.reauthenticate), name="account_reauthenticate"),
    path("accounts/password/change/", _form(views.password_change), name="account_change_password"),
    path("accounts/first-password/<slug:key>/<slug:token>/", views.first_password, name="first-password"),
    path("accounts/2fa/", _page(mfa.index), name="mfa_index"),
    path("accounts/2fa/authenticate/", _form(mfa.authenticate), name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", _form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", _form(totp.activate_totp), name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", _form(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/", _page(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/recovery-codes/new/",
        _form(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/recovery-codes/file/",
        _page(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("accounts/oidc/cancelled/", _page(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("accounts/oidc/error/", _page(social.login_error), name="socialaccount_login_error"),
    path("accounts/oidc/<slug:provider_id>/login/", _form(openid.login), name="openid_connect_login"),
    path(
        "accounts/oidc/<slug:provider_id>/login/callback/",
        _form(openid.callback),
        name="openid_connect_callback",
    ),
    path("accounts/tokens/", token_pages.tokens, name="tokens"),
    path("accounts/tokens/<int:number>/end/", token_pages.token_end, name="token-end"),
    path("people/tokens/", token_pages.everybodys, name="tokens-all"),
    path("demo/sign-in/", demo.demo_sign_in, name="demo-sign-in"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/<int:number>/", people.person, name="person"),
    path("people/<int:number>/change/", people.person_change, name="person-change"),
    path("people/<int:number>/active/", people.person_active, name="person-active"),
    path("people/<int:number>/grant/", people.person_grant, name="person-grant"),
    path("people/<int:number>/grants/<int:grant>/end/", people.grant_end, name="grant-end"),
    path("people/<int:number>/link/", people.person_link, name="person-link"),
    path("people/<int:number>/second-factor/", people.person_second_factor, name="person-second-factor"),
]
