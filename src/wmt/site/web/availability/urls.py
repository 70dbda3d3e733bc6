"""The addresses of what is entered about one post."""

from django.urls import path

from wmt.site.web.availability import (
    guided_mentoring,
    guided_pqip,
    guided_stage,
    post_grade,
    post_history,
    post_hours,
    post_reductions,
)

_POST = "post/<code:code>/"

urlpatterns = [
    path(f"{_POST}hours/new/", post_hours.hours_new, name="hours-new"),
    path(f"{_POST}hours/history/", post_history.post_history, name="post-history"),
    path(f"{_POST}hours/<code:key>/change/", post_hours.hours_change, name="hours-change"),
    path(f"{_POST}hours/<code:key>/withdraw/", post_hours.hours_withdraw, name="hours-withdraw"),
    path(f"{_POST}reductions/new/", post_reductions.reduction_new, name="reduction-new"),
    path(f"{_POST}reductions/<code:key>/", post_history.reduction, name="reduction"),
    path(f"{_POST}reductions/<code:key>/change/", post_reductions.reduction_change, name="reduction-change"),
    path(
        f"{_POST}reductions/<code:key>/withdraw/",
        post_reductions.reduction_withdraw,
        name="reduction-withdraw",
    ),
    path(f"{_POST}mentoring/", guided_mentoring.mentoring, name="mentoring"),
    path(f"{_POST}pqip/", guided_pqip.pqip, name="pqip"),
    path(f"{_POST}pqip/stage/", guided_stage.pqip_stage, name="pqip-stage"),
    path(f"{_POST}grade/new/", post_grade.grade_new, name="grade-new"),
    path(f"{_POST}grade/<code:key>/end/", post_grade.grade_end, name="grade-end"),
    path(f"{_POST}grade/<code:key>/withdraw/", post_grade.grade_withdraw, name="grade-withdraw"),
]
