"""The addresses of files: a page's address and `<table>.<kind>`; before those of the pages themselves."""

from django.urls import path

from wmt.site.web.exports import month_report, pages, records, staffing_pack, supervision, views
from wmt.site.web.files.page_files import FILE, files_of
from wmt.site.web.minutes import pages as minutes
from wmt.site.web.rules import views as rules

urlpatterns = [
    path("files/", pages.files, name="files"),
    path("files/<slug:key>/", pages.file, name="file"),
    path("files/<slug:key>/progress/", pages.file_progress, name="file-progress"),
    path("files/<slug:key>/file/", pages.file_itself, name="file-itself"),
    path("files/<slug:key>/delete/", pages.file_delete, name="file-delete"),
    path("nation/pack/", views.pack, name="nation-pack"),
    path("nation/pack/pack.xlsx", views.pack_book, name="nation-pack-book"),
    path("<level:level>/<code:code>/pack/", views.pack, name="pack"),
    path("<level:level>/<code:code>/pack/pack.xlsx", views.pack_book, name="pack-book"),
    path("nation/month/", month_report.month_report, name="nation-month-report"),
    path("nation/month/month.xlsx", month_report.month_book, name="nation-month-report-book"),
    path("<level:level>/<code:code>/month/", month_report.month_report, name="month-report"),
    path("<level:level>/<code:code>/month/month.xlsx", month_report.month_book, name="month-report-book"),
    path("nation/staffing-pack/", staffing_pack.staffing_pack, name="nation-staffing-pack"),
    path("nation/staffing-pack/pack.xlsx", staffing_pack.staffing_book, name="nation-staffing-book"),
    path("<level:level>/<code:code>/staffing-pack/", staffing_pack.staffing_pack, name="staffing-pack"),
    path(
        "<level:level>/<code:code>/staffing-pack/pack.xlsx", staffing_pack.staffing_book, name="staffing-book"
    ),
    path("post/<code:code>/sheet/", supervision.sheet, name="supervision-sheet"),
    path("nation/downloads/" + FILE, views.download),
    path("<level:level>/<code:code>/downloads/" + FILE, views.download),
    path("nation/" + FILE, views.of_unit),
    path("nation/<slug:tab>/" + FILE, views.of_unit),
    path("<level:level>/<code:code>/" + FILE, views.of_unit),
    path("<level:level>/<code:code>/<slug:tab>/" + FILE, views.of_unit),
    path("audit/" + FILE, records.of_audit),
    path("loads/<int:number>/" + FILE, records.of_load),
    files_of("rules/", rules.index, "Rules"),
    files_of("rules/compare/", rules.compare, "Rules of two days"),
    files_of("rules/what-if/", minutes.page, "What-if on minutes"),
    files_of("rules/tables/<slug:name>/", rules.table, "Tables of the rules"),
    # the page of a rule is last: its path may hold anything
    files_of("rules/value/<path:path>/", rules.rule, "One rule"),
]
