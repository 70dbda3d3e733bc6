"""The addresses of duties and notices."""

from django.urls import path

from wmt.site.web.duties import views
from wmt.site.web.duties.acting import step_page
from wmt.site.web.duties.kinds import KINDS

urlpatterns = [
    path("duty/<int:number>/", views.duty_page, name="duty"),
    *(path(f"duty/<int:number>/{name}/", step_page(name), name=f"duty-{name}") for name in KINDS),
    path("notices/", views.notices_page, name="notices"),
    path("notices/read/", views.notices_read, name="notices-read"),
]
