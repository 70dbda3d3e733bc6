"""The addresses of allocating a case and of what was allocated."""

from django.urls import path

from wmt.site.web.allocation import (
    batch,
    case,
    case_change,
    case_limits,
    colleagues,
    decide,
    emails,
    made,
    protect,
    several,
    waiting,
)

urlpatterns = [
    path("allocate/", decide.allocate_page, name="allocate"),
    path("case/", case.case_page, name="case"),
    path("case/change/", case_change.case_change_page, name="case-change"),
    path("case/change/<int:number>/", case_change.case_changed_page, name="case-changed"),
    path("case/change/<int:number>/undo/", case_change.case_change_undo, name="case-change-undo"),
    path("case/limits/", case_limits.limits_page, name="case-limits"),
    path("allocate/several/<code:post>/", several.several_page, name="allocate-several"),
    path("allocation/together/<slug:batch>/", batch.batch_page, name="allocation-batch"),
    path("allocation/together/<slug:batch>/undo/", batch.batch_undo, name="allocation-batch-undo"),
    path("allocation/<int:number>/", made.allocation_page, name="allocation"),
    path("allocation/<int:number>/undo/", made.allocation_undo, name="allocation-undo"),
    path("allocation/<int:number>/ended/", made.allocation_ended, name="allocation-ended"),
    path(
        "allocation/<int:number>/emails/<int:message>/again/",
        emails.email_again,
        name="allocation-email-again",
    ),
    path("cover/<code:post>/", colleagues.cover_page, name="cover"),
    path("case/colleague/", colleagues.colleague_page, name="colleague"),
    path("colleague/<int:number>/end/", colleagues.colleague_end, name="colleague-end"),
    path("protect/<code:post>/", protect.protect_page, name="protect"),
    path("protection/<int:number>/end/", protect.protection_end, name="protection-end"),
    path("waiting/new/", waiting.waiting_new, name="waiting-new"),
    path("waiting/<int:number>/", waiting.waiting_page, name="waiting-case"),
    path("waiting/<int:number>/change/", waiting.waiting_change, name="waiting-change"),
    path("waiting/<int:number>/remove/", waiting.waiting_remove, name="waiting-remove"),
]
