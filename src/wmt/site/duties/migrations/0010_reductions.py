"""Notifications of reductions that end soon."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a notification is about may be a reduction."""

    dependencies = (("availability", "0003_staff_details_seen_at"), ("duties", "0009_plans"))

    operations = (
        migrations.AddField(
            model_name="notice", name="reduction",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices",
                to="availability.reduction",
            ),
        ),
    )  # fmt: skip
