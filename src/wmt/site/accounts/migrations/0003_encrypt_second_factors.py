"""Second factors that were kept as they are become encrypted; going back makes them readable again."""

from django.db import migrations

from wmt.site.accounts.second_factor import each_secret, renew
from wmt.site.security.secrets import decrypt


def encrypt_all(apps, _):
    renew(apps.get_model("mfa", "Authenticator").objects.all())


def decrypt_all(apps, _):
    for each in apps.get_model("mfa", "Authenticator").objects.all():
        each.data = each_secret(each.data, decrypt)
        each.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_tokens"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(encrypt_all, decrypt_all)]
