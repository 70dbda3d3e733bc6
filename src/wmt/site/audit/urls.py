"""Addresses of the audit."""

from django.urls import path

from wmt.site.audit import views

urlpatterns = [path("audit/", views.audit, name="audit")]
