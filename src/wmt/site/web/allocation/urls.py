"""The addresses of allocating a case and of what was allocated."""

from django.urls import path

from wmt.site.web.allocation import decide, made

urlpatterns = [
    path("allocate/", decide.allocate_page, name="allocate"),
    path("allocation/<int:number>/", made.allocation_page, name="allocation"),
    path("allocation/<int:number>/undo/", made.allocation_undo, name="allocation-undo"),
]
