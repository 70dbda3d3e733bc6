"""The addresses of the questions. Pages over time of a unit are tabs of its page."""

from django.urls import path

from wmt.site.web.files.page_files import files_of
from wmt.site.web.time import question_pages

urlpatterns = [
    path("questions/", question_pages.questions, name="questions"),
    files_of("questions/<slug:name>/", question_pages.question, "Questions"),
    path("questions/<slug:name>/", question_pages.question, name="question"),
]
