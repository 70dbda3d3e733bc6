import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_encrypt_second_factors")]

    operations = [
        migrations.CreateModel(
            name="LimitedAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.TextField()),
                ("excluded", models.JSONField(default=list)),
                ("restricted", models.JSONField(default=list)),
                ("is_current", models.BooleanField(default=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("who", models.CharField(max_length=160)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("ref",), name="one_current_limit"
                    )
                ]
            },
        ),
    ]
