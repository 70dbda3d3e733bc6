"""The addresses of agreements."""

from django.urls import path

from wmt.site.web.agreements import answers, counts, pages

urlpatterns = [
    path("agreements/<level:level>/<code:code>/", pages.unit_agreements, name="unit-agreements"),
    path("agreements/<level:level>/<code:code>/rows/", pages.rows_page, name="agreement-rows"),
    path("agreements/<level:level>/<code:code>/counts/", counts.counts_page, name="agreement-counts"),
    path("agreement-count/<int:number>/withdrawn/", counts.count_withdrawn, name="agreement-count-withdrawn"),
    path("agreement/<int:number>/", pages.agreement_page, name="agreement"),
    path("agreement/<int:number>/end/", pages.agreement_end, name="agreement-end"),
    path(
        "agreement/<int:number>/answer/<level:level>/<code:code>/<slug:measure>/",
        answers.answer_new,
        name="agreement-answer-new",
    ),
    path("agreement-answer/<int:number>/", answers.answer_page, name="agreement-answer"),
    path(
        "agreement-answer/<int:number>/received/", answers.answer_received, name="agreement-answer-received"
    ),
]
