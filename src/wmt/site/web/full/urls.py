"""The addresses of certificates; before those of units, whose tabs may have any name."""

from django.urls import path

from wmt.site.web.full import certificate

urlpatterns = [
    path("nation/certificate/", certificate.certificate, name="nation-certificate"),
    path("<level:level>/<code:code>/certificate/", certificate.certificate, name="certificate"),
]
