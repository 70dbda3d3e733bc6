"""Posts on no list of officers are marked, so that hours of 0 that somebody gave are told apart from none."""

from django.db import migrations, models


def mark(apps, schema_editor):  # noqa: ARG001
    """Until now every supplied 0 was taken for none; the figures are made anew from their night after this."""
    posts = apps.get_model("workload", "Unit").objects.filter(level="post", supplied_micro=0)
    posts.update(is_only_mentioned=True)


class Migration(migrations.Migration):
    dependencies = [("workload", "0010_job_paths")]

    operations = [
        migrations.AddField("unit", "is_only_mentioned", models.BooleanField(default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop, elidable=True),
    ]
