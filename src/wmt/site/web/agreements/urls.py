"""The addresses of agreements."""

from django.urls import path

from wmt.site.web.agreements import pages

urlpatterns = [
    path("agreements/<level:level>/<code:code>/", pages.unit_agreements, name="unit-agreements"),
    path("agreement/<int:number>/", pages.agreement_page, name="agreement"),
    path("agreement/<int:number>/end/", pages.agreement_end, name="agreement-end"),
]
