"""The addresses of extra work on cases."""

from django.urls import path

from wmt.site.web.extra_work import pages

urlpatterns = [
    path("extra-work/new/", pages.new_page, name="extra-work-new"),
    path("extra-work/<int:number>/", pages.note_page, name="extra-work"),
    path("extra-work/<int:number>/decide/", pages.decide, name="extra-work-decide"),
]
