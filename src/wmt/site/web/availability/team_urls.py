"""Addresses of a team's hours, of tables that are sent, and of reasons."""

from django.urls import path

from wmt.site.web.availability import carrying, reasons_pages, team_edit, upload, upload_template
from wmt.site.web.files.page_files import files_of

urlpatterns = [
    path("team/<code:code>/hours/edit/", team_edit.team_edit, name="team-edit"),
    path("people-tables/", upload.people_upload, name="people-upload"),
    path("people-tables/<int:number>/", upload.people_upload_check, name="people-upload-check"),
    files_of("people-tables/<int:number>/", upload.people_upload_check, "Tables of hours and reductions"),
    path(
        "people-tables/team/<code:code>/<slug:table>.<slug:kind>",
        upload_template.people_template,
        name="people-template",
    ),
    path("hours/carry-over/", carrying.carry_over_page, name="carry-over"),
    files_of("hours/carry-over/", carrying.carry_over_page, "Records to move"),
    path("reasons/", reasons_pages.reasons, name="reasons"),
    path("reasons/new/", reasons_pages.reason_new, name="reason-new"),
    files_of("reasons/", reasons_pages.reasons, "Reasons for reductions"),
    path("reasons/<code:reason>/", reasons_pages.reason, name="reason"),
    path("reasons/<code:reason>/change/", reasons_pages.reason_change, name="reason-change"),
    path("reasons/<code:reason>/retire/", reasons_pages.reason_retire, name="reason-retire"),
    path("reasons/<code:reason>/<code:key>/correct/", reasons_pages.reason_correct, name="reason-correct"),
]
