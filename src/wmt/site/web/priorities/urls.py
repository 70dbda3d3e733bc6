"""The addresses of priority levels."""

from django.urls import path

from wmt.site.web.priorities import pages

urlpatterns = [
    path("priority/<code:pdu>/", pages.level_page, name="priority-level"),
    path("priority-level/<int:number>/end/", pages.level_end, name="priority-level-end"),
    path("priority-level/<int:number>/undo/", pages.level_undo, name="priority-level-undo"),
]
