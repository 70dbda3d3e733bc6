"""The addresses of duties, requests and notices."""

from django.urls import path

from wmt.site.web.duties import request_pages, views
from wmt.site.web.duties.step_form import step_page
from wmt.site.web.duties.step_pages import KINDS

urlpatterns = [
    path("duty/<int:number>/", views.duty_page, name="duty"),
    *(path(f"duty/<int:number>/{name}/", step_page(name), name=f"duty-{name}") for name in KINDS),
    path("requests/", request_pages.requests_page, name="requests"),
    path("requests/<int:number>/", request_pages.request_page, name="request"),
    path("requests/<int:number>/answer/", request_pages.answer_page, name="request-answer"),
    path("requests/relief/<code:code>/", request_pages.ask_page, name="relief"),
    path("requests/concern/<slug:level>/<code:code>/", request_pages.concern_page, name="concern"),
    path("notices/", views.notices_page, name="notices"),
    path("notices/read/", views.notices_read, name="notices-read"),
]
