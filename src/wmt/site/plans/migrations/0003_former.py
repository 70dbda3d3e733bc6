"""The text of a plan before its last change, so that the change can be undone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column more."""

    dependencies = (("plans", "0002_sharing"),)

    operations = (
        migrations.AddField(
            model_name="savedplan", name="former", field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    )  # fmt: skip
