"""The addresses of certificates and advice; before those of units, whose tabs may have any name."""

from django.urls import path

from wmt.site.web.full import advice, certificate

urlpatterns = [
    path("nation/certificate/", certificate.certificate, name="nation-certificate"),
    path("advice/new/<level:level>/<code:code>/", advice.new_page, name="court-advice-new"),
    path("advice/<int:number>/", advice.advice_page, name="court-advice"),
    path("advice/<int:number>/end/", advice.advice_end, name="court-advice-end"),
    path("<level:level>/<code:code>/certificate/", certificate.certificate, name="certificate"),
]
