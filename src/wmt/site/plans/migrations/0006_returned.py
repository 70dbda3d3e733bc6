"""Which records of an applied step were put back into its plan."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def returned_whole(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """A step that was put back before this was so once and for all."""
    for row in apps.get_model("plans", "AppliedStep").objects.filter(again__isnull=False):
        row.returned = row.made
        row.save(update_fields=["returned"])


class Migration(migrations.Migration):
    dependencies = (("plans", "0005_applied"),)

    operations = (
        migrations.AddField(
            model_name="appliedstep", name="returned", field=models.JSONField(default=list)
        ),
        migrations.RunPython(returned_whole, migrations.RunPython.noop),
    )  # fmt: skip
