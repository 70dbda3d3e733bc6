"""Notifications of extra work on cases."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a notification is about may be extra work."""

    dependencies = (("extra_work", "0001_initial"), ("duties", "0010_reductions"))

    operations = (
        migrations.AddField(
            model_name="notice", name="extra_work",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices",
                to="extra_work.extrawork",
            ),
        ),
    )  # fmt: skip
