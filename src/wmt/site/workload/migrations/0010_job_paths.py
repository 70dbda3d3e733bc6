from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace

#: Jobs are kept with the module they are in: those that wait while the program is brought up to date are done too.
MOVED = {
    "wmt.site.workload.jobs.": "wmt.site.loads.jobs.",
    "wmt.site.web.exports.making.": "wmt.site.web.files.making.",
}


def rename(apps, schema_editor, *, back=False):  # noqa: ARG001
    results = apps.get_model("django_tasks_database", "DBTaskResult").objects
    for old, new in MOVED.items():
        old, new = (new, old) if back else (old, new)
        results.filter(task_path__startswith=old).update(
            task_path=Replace(F("task_path"), Value(old), Value(new))
        )


def rename_back(apps, schema_editor):
    rename(apps, schema_editor, back=True)


class Migration(migrations.Migration):
    """Jobs that wait keep their way to the code that does them."""

    dependencies = [
        ("workload", "0009_line_until"),
        ("django_tasks_database", "0018_rename_succeeded_status"),
    ]

    operations = [migrations.RunPython(rename, rename_back)]
