"""Jobs that wait while the program is brought up to date are done by the code that does them now."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from wmt.site.loads.jobs import load_extract

pytestmark = pytest.mark.django_db
renaming = import_module("wmt.site.workload.migrations.0010_job_paths")


@pytest.mark.parametrize(
    "old", ["wmt.site.workload.jobs.fetch_past", "wmt.site.web.exports.making.make_export"]
)
def test_a_job_of_a_former_version_finds_its_code(old: str) -> None:
    load_extract.enqueue(1)
    DBTaskResult.objects.update(task_path=old)
    renaming.rename(apps, None)
    path = DBTaskResult.objects.get().task_path
    assert path != old
    assert import_string(path).name == old.rpartition(".")[2]
    renaming.rename_back(apps, None)
    assert DBTaskResult.objects.get().task_path == old
