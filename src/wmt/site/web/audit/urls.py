"""Addresses of the audit."""

from django.urls import path

from wmt.site.web.audit import views

urlpatterns = [path("audit/", views.audit, name="audit")]
