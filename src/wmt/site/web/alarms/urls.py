"""The addresses of alarm levels."""

from django.urls import path

from wmt.site.web.alarms import pages
from wmt.site.web.files.page_files import files_of

urlpatterns = [
    files_of("alarm/<level:level>/<code:code>/", pages.alarm_level, "Alarm level"),
    path("alarm/<level:level>/<code:code>/", pages.alarm_level, name="alarm-level"),
    path("alarm/<level:level>/<code:code>/choose/", pages.alarm_choose, name="alarm-choose"),
]
