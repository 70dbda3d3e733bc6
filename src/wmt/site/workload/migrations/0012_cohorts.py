from django.db import migrations, models


class Migration(migrations.Migration):
    """The cohorts of a case stand at its lines; figures shown before this have none until they are made anew."""

    dependencies = [("workload", "0011_only_mentioned")]

    operations = [
        migrations.AddField(
            "line", "cohorts", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddIndex(
            "line",
            models.Index(
                fields=["load"], name="line_in_cohort", condition=models.Q(("cohorts", ""), _negated=True)
            ),
        ),
    ]
