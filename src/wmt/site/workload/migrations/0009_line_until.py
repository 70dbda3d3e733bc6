from django.db import migrations, models


class Migration(migrations.Migration):
    """The last day of a reduction beside its line, where it was part of a sentence."""

    dependencies = [
        ("workload", "0008_streams"),
    ]

    operations = [
        migrations.AddField(
            model_name="line",
            name="until",
            field=models.DateField(null=True),
        ),
    ]
