"""The addresses of the questions. Pages over time of a unit are tabs of its page."""

from django.urls import path

from wmt.site.web.files.page_files import files_of
from wmt.site.web.time import odds_page, question_pages

urlpatterns = [
    files_of("odds/<slug:level>/", odds_page.odds_page, "Odds"),
    path("odds/<slug:level>/", odds_page.odds_page, name="odds"),
    path("questions/", question_pages.questions, name="questions"),
    files_of("questions/<slug:name>/", question_pages.question, "Questions"),
    path("questions/<slug:name>/", question_pages.question, name="question"),
]
