"""What is held about the person signed in: the page, and the file that a job makes."""

import tempfile

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from wmt.site.accounts.access import need
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.shown import state_of
from wmt.site.web.files import deliver
from wmt.site.web.files.export_request import as_job
from wmt.site.web.files.making import making_of
from wmt.site.web.own_data.figures import figures_of
from wmt.site.web.own_data.held import HeldTable, held_about
from wmt.site.web.own_data.pack import write_zip

TITLE = "Everything held about you"
#: A file that always is made by a job.
_MANY = 10**9
LEFT_OUT = (
    "Left out: concerns that colleagues raised in confidence, the words of emails and notifications that "
    "were also about others, whom your own actions were about, cases that you are shut out of, and of cases "
    "that you may not see now everything but that and when they were yours."
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What there is, with how many rows. Raises nothing: it is of whoever is signed in."""
    context = {"tables": held_about(_person(request)), "left_out": LEFT_OUT, "title": TITLE}
    return render(request, "own_data/page.jinja", context)


@require_safe
def pack(request: HttpRequest) -> HttpResponseBase:
    """The file. Raises Denied without a role that lets somebody take out anything."""
    need(request, Action.EXPORT)
    if later := as_job(request, f"{TITLE} as ZIP", "zip", _MANY):
        return later
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip")
    tables, person = _tables(request), _person(request)
    source = deliver.TableOrigin("one’s own data", ("own-data",), state_of(request))
    about = deliver.about_of(request, source, TITLE, [LEFT_OUT, f"About: {person.name} ({person.email})"])
    making = making_of(request)
    spool = making.begin() if making else tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    rows = write_zip(spool, tables, about)
    deliver.note(request, source, "took out everything held about themselves", rows, kind="ZIP")
    name = deliver.file_name(source, "pack")
    if making:
        making.done = rows, name
        return HttpResponse()
    spool.seek(0)
    return deliver.attached(FileResponse(spool, content_type="application/zip"), name, "zip")


def _tables(request: HttpRequest) -> list[HeldTable]:
    person = _person(request)
    return [*figures_of(person, state_of(request)), *held_about(person)]


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the page is for who is signed in
    return request.user


urlpatterns = [
    path("own-data/", page, name="own-data"),
    path("own-data/pack.zip", pack, name="own-data-pack"),
]
