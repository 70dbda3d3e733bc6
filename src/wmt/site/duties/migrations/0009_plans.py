"""Notifications of plans that others share."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a notification is about may be a plan."""

    dependencies = (("plans", "0002_sharing"), ("duties", "0008_allocations"))

    operations = (
        migrations.AddField(
            model_name="notice", name="plan",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices",
                to="plans.savedplan",
            ),
        ),
    )  # fmt: skip
