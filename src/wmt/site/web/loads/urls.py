"""Addresses of loads."""

from django.urls import path

from wmt.site.web.loads import receiving, views

urlpatterns = [
    path("loads/", views.loads, name="loads"),
    path("loads/new/", receiving.load_new, name="load-new"),
    path("loads/<int:number>/", views.load, name="load"),
    path("loads/<int:number>/progress/", views.load_progress, name="load-progress"),
]
