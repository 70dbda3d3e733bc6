"""allauth's forms, saying of each empty field what to enter."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm

_ENTER = {
    "login": "Enter your email address",
    "password": "Enter your password",
    "oldpassword": "Enter your current password",
    "password1": "Enter a new password of at least 12 characters",
    "password2": "Enter the new password again",
    "code": "Enter the code",
}


class _Worded:
    """In front of a form: words for its empty fields."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in _ENTER.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = words
        if "login" in self.fields:
            whole = "Enter an email address in the correct format, like name@example.org"
            self.fields["login"].error_messages["invalid"] = whole


class SignInForm(_Worded, LoginForm):  # type: ignore[misc]
    """Email address and password."""


class PasswordForm(_Worded, ChangePasswordForm):  # type: ignore[misc]
    """The present password and a new one."""


class PasswordAgainForm(_Worded, ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""


class CodeForm(_Worded, AuthenticateForm):  # type: ignore[misc]
    """The code of the second factor."""


class CodeOnceMoreForm(_Worded, CodeAgainForm):  # type: ignore[misc]
    """The code once more."""


class SetUpForm(_Worded, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app."""
