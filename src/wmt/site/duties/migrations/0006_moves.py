"""Requests keep the codes they had, so that they go back when the figures that moved them are withdrawn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duties", "0005_placed_requests")]

    operations = [migrations.AddField("request", "moves", models.JSONField(default=list))]
