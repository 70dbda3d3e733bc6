"""The addresses of duties, requests and notices."""

from django.urls import path

from wmt.site.web.duties import asking, views
from wmt.site.web.duties.acting import step_page
from wmt.site.web.duties.kinds import KINDS

urlpatterns = [
    path("duty/<int:number>/", views.duty_page, name="duty"),
    *(path(f"duty/<int:number>/{name}/", step_page(name), name=f"duty-{name}") for name in KINDS),
    path("requests/", asking.requests_page, name="requests"),
    path("requests/<int:number>/", asking.request_page, name="request"),
    path("requests/<int:number>/answer/", asking.answer_page, name="request-answer"),
    path("requests/relief/<code:code>/", asking.ask_page, name="relief"),
    path("requests/concern/<slug:level>/<code:code>/", asking.concern_page, name="concern"),
    path("notices/", views.notices_page, name="notices"),
    path("notices/read/", views.notices_read, name="notices-read"),
]
