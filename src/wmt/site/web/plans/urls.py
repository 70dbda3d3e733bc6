"""The addresses of plans."""

from django.urls import path

from wmt.site.web.files.page_files import files_of
from wmt.site.web.plans import (
    apply,
    basket,
    comparing,
    editing,
    figures,
    keep_scenario,
    leavers_save,
    pages,
    plan_files,
    sharing,
)

urlpatterns = [
    files_of("plans/<int:number>/", pages.plan_page, "Plan"),
    path("plans/", pages.plans_page, name="plans"),
    path("plans/basket/<code:post>/", basket.basket_page, name="plan-basket"),
    path("plans/cases/", basket.cases_page, name="plan-cases"),
    path("scenario/plan/", keep_scenario.keep, name="scenario-plan"),
    path("leavers/plan/<level:level>/<code:code>/", leavers_save.leavers_plan, name="leavers-plan"),
    path("plans/new/", pages.plan_new, name="plan-new"),
    path("plans/compare/", comparing.compare_page, name="plan-compare"),
    files_of("plans/compare/", comparing.compare_page, "Plans side by side"),
    path("compare/<level:level>/", comparing.units_page, name="compare-units"),
    files_of("compare/<level:level>/", comparing.units_page, "Units side by side"),
    path("plans/<int:number>/", pages.plan_page, name="plan"),
    path("plans/<int:number>/made-of/nation/", figures.nation_page, name="plan-nation"),
    files_of("plans/<int:number>/made-of/nation/", figures.nation_page, "Plan"),
    path("plans/<int:number>/made-of/<level:level>/<code:code>/", figures.figure_page, name="plan-figure"),
    files_of("plans/<int:number>/made-of/<level:level>/<code:code>/", figures.figure_page, "Plan"),
    path("plans/<int:number>/file/", plan_files.plan_file, name="plan-file"),
    path("plans/<int:number>/upload/", plan_files.plan_upload, name="plan-upload"),
    path("plans/<int:number>/apply/", apply.plan_apply_page, name="plan-apply"),
    path("plans/<int:number>/again/<int:applied>/", apply.plan_again_page, name="plan-again"),
    path("plans/<int:number>/steps/", editing.plan_steps, name="plan-steps"),
    path("plans/<int:number>/steps/<slug:kind>/", editing.plan_step, name="plan-step"),
    path("plans/<int:number>/steps/<int:at>/change/", editing.plan_step_change, name="plan-step-change"),
    path("plans/<int:number>/change/", editing.plan_change, name="plan-change"),
    path("plans/<int:number>/copy/", editing.plan_copy, name="plan-copy"),
    path("plans/<int:number>/share/", sharing.plan_share, name="plan-share"),
    path("plans/<int:number>/comment/", sharing.plan_comment, name="plan-comment"),
    path("plans/<int:number>/delete/", editing.plan_delete, name="plan-delete"),
]
