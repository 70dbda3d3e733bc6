import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0002_since"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField()),
                ("level", models.CharField(max_length=10)),
                ("code", models.TextField()),
                ("told_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("first_day", "level", "code"), name="report_told_once")
                ],
            },
        ),
    ]
