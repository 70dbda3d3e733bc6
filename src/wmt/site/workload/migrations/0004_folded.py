"""Names of figures that are there already are found by either apostrophe and any hyphen."""

from django.db import migrations


def fold_again(apps, schema_editor):  # noqa: ARG001
    from wmt.site.workload.night_rows import fold

    units = apps.get_model("workload", "Unit").objects
    changed = []
    for unit in units.only("name", "code", "folded").iterator(chunk_size=5_000):
        folded = f"{fold(unit.name)} {fold(unit.code)}"
        if unit.folded and folded != unit.folded:
            unit.folded = folded
            changed.append(unit)
    units.bulk_update(changed, ["folded"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("workload", "0003_past")]
    operations = [migrations.RunPython(fold_again, migrations.RunPython.noop, elidable=True)]
