"""Advice to courts."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = (migrations.swappable_dependency(settings.AUTH_USER_MODEL),)

    operations = (
        migrations.CreateModel(
            name="CourtAdvice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("level", models.CharField(max_length=10)),
                ("code", models.TextField()),
                ("name", models.TextField()),
                ("cannot", models.TextField()),
                ("effect", models.TextField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("word", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("night", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("although", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("who", models.CharField(max_length=160)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=160)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["level", "code"], name="advice_of_unit")]},
        ),
    )  # fmt: skip
