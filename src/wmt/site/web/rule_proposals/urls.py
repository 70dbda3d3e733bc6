"""The addresses of proposals of rules; before those of the rules themselves."""

from django.urls import path

from wmt.site.web.files.page_files import files_of
from wmt.site.web.rule_proposals import books, editing, effect, files, pages

urlpatterns = [
    path("rules/proposals/", pages.index, name="rule-proposals"),
    path("rules/proposals/new/", editing.new, name="rule-proposal-new"),
    path("rules/proposals/upload/", files.upload, name="rule-proposal-upload"),
    path("rules/proposals/table/<str:root>/", files.table, name="rule-proposal-table"),
    path("rules/proposals/table/<str:root>/upload/", files.table_upload, name="rule-proposal-table-upload"),
    path("rules/proposals/<int:number>/", pages.proposal, name="rule-proposal"),
    path("rules/proposals/<int:number>/edit/", editing.edit, name="rule-proposal-edit"),
    path("rules/proposals/<int:number>/overlay.yaml", pages.overlay_file, name="rule-proposal-file"),
    path("rules/proposals/<int:number>/submit/", pages.submit, name="rule-proposal-submit"),
    path("rules/proposals/<int:number>/approve/", pages.approve, name="rule-proposal-approve"),
    path("rules/proposals/<int:number>/decline/", pages.decline, name="rule-proposal-decline"),
    path("rules/proposals/<int:number>/withdraw/", pages.withdraw, name="rule-proposal-withdraw"),
    path("rules/books/", books.books, name="rule-books-nation"),
    path("rules/books/<level:level>/<code:code>/", books.books, name="rule-books"),
    path("rules/effect/", effect.effect, name="rule-effect-nation"),
    path("rules/effect/<level:level>/<code:code>/", effect.effect, name="rule-effect"),
    files_of("rules/books/", books.books, "Rules side by side"),
    files_of("rules/books/<level:level>/<code:code>/", books.books, "Rules side by side"),
    files_of("rules/effect/", effect.effect, "What other rules would change"),
    files_of("rules/effect/<level:level>/<code:code>/", effect.effect, "What other rules would change"),
    files_of("rules/proposals/", pages.index, "Proposed changes of rules"),
    files_of("rules/proposals/table/<str:root>/", files.table, "Tables of rules"),
    files_of("rules/proposals/<int:number>/", pages.proposal, "A proposed change of rules"),
]
