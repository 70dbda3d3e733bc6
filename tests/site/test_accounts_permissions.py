"""Every address of the site, by every role, by every method: who is let in and who is kept out.

An address that is not in the table fails: whoever adds one says here who may use it.
"""

# ruff: noqa: ARG001, F401 - fixtures come by import, and some need only be there
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest
from accounts_fixtures import client_of, configured, holder, person, plain, small_nation
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from wmt.site.accounts.middleware import COMPAT, OPEN
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import ROLES, Action

pytestmark = pytest.mark.one_database

GET, POST = ("GET",), ("POST",)
BOTH = ("GET", "POST")
METHODS = ("GET", "POST", "DELETE")


@dataclass(frozen=True)
class May:
    """Who may use an address: the whole world, everybody signed in, or those whose role allows it."""

    methods: tuple[str, ...] = GET
    action: Action | frozenset[Action] | None = None  # of several one is enough
    is_open: bool = False
    is_api: bool = False  # programs are told to sign in; who may do what there is in test_api_permissions
    args: dict[str, Any] = field(default_factory=dict)
    address: str = ""  # of what has no name


_UNIT = {"level": "team", "code": "T1"}
_POST = {"code": "T1:T1A"}
_MANAGES = Action.MANAGE_USERS
_TAKES = Action.EXPORT
_ONE = {"number": 999_999}
_BATCH = {"batch": "0" * 32}
_ENTERS = Action.EDIT_AVAILABILITY
_OF_POST = {"code": "T1:T1A"}
_OF_RECORD = {**_OF_POST, "key": "none"}
_CHANGE = {**_UNIT, "kind": "tier_down", "day": "2026-11-30"}
_FILE = "<slug:table>.<slug:kind>"
_ANY = "<level:level>/<code:code>/"

TABLE: dict[str, May] = {
    # coming in
    "account_login": May(BOTH, is_open=True),
    "account_inactive": May(is_open=True),
    "mfa_authenticate": May(BOTH, is_open=True),
    "openid_connect_login": May(BOTH, is_open=True, args={"provider_id": "organisation"}),
    "openid_connect_callback": May(BOTH, is_open=True, args={"provider_id": "organisation"}),
    "socialaccount_login_cancelled": May(is_open=True),
    "socialaccount_login_error": May(is_open=True),
    "first-password": May(BOTH, is_open=True, args={"key": "a", "token": "b-c"}),
    "demo-sign-in": May(POST, is_open=True),
    "load-decide": May(POST, Action.LOAD, args=_ONE),
    "health": May(is_open=True),
    "live": May(args={"level": "team", "code": "T1"}),
    # one's own sign-in
    "account_logout": May(BOTH),
    "account_reauthenticate": May(BOTH),
    "account_change_password": May(BOTH),
    "mfa_index": May(),
    "mfa_reauthenticate": May(BOTH),
    "mfa_activate_totp": May(BOTH),
    "mfa_deactivate_totp": May(BOTH),
    "mfa_view_recovery_codes": May(),
    "mfa_generate_recovery_codes": May(BOTH),
    "mfa_download_recovery_codes": May(),
    # people and the audit
    "people": May(action=_MANAGES),
    "person-new": May(BOTH, _MANAGES),
    "person": May(GET, _MANAGES, args=_ONE),
    "person-change": May(POST, _MANAGES, args=_ONE),
    "person-active": May(POST, _MANAGES, args=_ONE),
    "person-grant": May(POST, _MANAGES, args=_ONE),
    "grant-end": May(POST, _MANAGES, args={**_ONE, "grant": 1}),
    "person-link": May(POST, _MANAGES, args=_ONE),
    "person-second-factor": May(POST, _MANAGES, args=_ONE),
    "audit": May(action=Action.READ_AUDIT),
    "tokens": May(BOTH),
    "tokens-all": May(action=_MANAGES),
    "token-end": May(POST, _MANAGES, args=_ONE),
    # the API: its page, then its addresses
    "api": May(),
    "api-document": May(is_api=True),
    "api-state": May(is_api=True),
    "api-me": May(is_api=True),
    "api-units": May(is_api=True, args={"level": "team"}),
    "api-unit": May(is_api=True, args=_UNIT),
    "api-lines": May(GET, _TAKES, is_api=True, args=_UNIT),
    "api-cells": May(is_api=True, args=_UNIT),
    "api-full": May(is_api=True, args=_UNIT),
    "api-month-report": May(is_api=True, args=_UNIT),
    "api-staffing-pack": May(is_api=True, args={"level": "pdu", "code": "P1"}),
    "api-staffing": May(is_api=True, args=_UNIT),
    "api-scenario": May(is_api=True, args=_UNIT),
    "api-odds": May(is_api=True, args=_UNIT),
    "api-alarm-level": May(POST, is_api=True, args=_UNIT),
    "odds": May(args={"level": "team"}),
    "api-data-quality": May(is_api=True, args=_UNIT),
    "challenge-new": May(BOTH, args={"code": "T1:none"}),
    "challenge": May(BOTH, args=_ONE),
    "challenge-withdraw": May(POST, args=_ONE),
    "api-challenges": May(is_api=True, args=_UNIT),
    "api-challenge-new": May(POST, is_api=True, args=_POST),
    "api-challenge-answer": May(POST, is_api=True, args=_ONE),
    "api-challenge-withdraw": May(POST, is_api=True, args=_ONE),
    "api-unusual": May(BOTH, is_api=True, args=_UNIT),
    "own-data": May(),
    "own-data-pack": May(action=_TAKES),
    "unusual-change": May(BOTH, args=_CHANGE),
    "unusual-undo": May(POST, args=_CHANGE),
    "api-tables": May(GET, _TAKES, is_api=True, args={**_UNIT, "tab": "caseload"}),
    "api-over-time": May(is_api=True, args=_UNIT),
    "api-why": May(is_api=True, args=_UNIT),
    "api-runs": May(is_api=True, args=_UNIT),
    "api-question": May(is_api=True, args={"name": "weeks"}),
    "api-records": May(is_api=True, args=_POST),
    "api-case-mix": May(is_api=True, args={"code": "T1"}),
    "api-team-records": May(is_api=True, args={"code": "T1"}),
    "api-ending": May(is_api=True, args=_UNIT),
    "api-timeline": May(is_api=True, args=_POST),
    "api-history": May(GET, Action.READ_RECORDS, is_api=True, args=_POST),
    "api-preview": May(POST, is_api=True),
    "api-changes": May(POST, is_api=True),
    "api-allocation-preview": May(POST, is_api=True),
    "api-case-limits": May(("GET", "PUT"), is_api=True),
    "api-allocations": May(POST, is_api=True),
    "api-allocation": May(is_api=True, args=_ONE),
    "api-allocation-undo": May(POST, Action.ALLOCATE_CASES, is_api=True, args=_ONE),
    "api-allocation-ended": May(POST, Action.ALLOCATE_CASES, is_api=True, args=_ONE),
    "api-case-change-preview": May(POST, is_api=True),
    "api-case-changes": May(POST, is_api=True),
    "api-case-change": May(is_api=True, args=_ONE),
    "api-case-change-undo": May(POST, Action.ALLOCATE_CASES, is_api=True, args=_ONE),
    "api-allocation-suggestion": May(POST, is_api=True),
    "api-allocation-batch-preview": May(POST, is_api=True),
    "api-allocation-batches": May(POST, is_api=True),
    "api-allocation-batch": May(is_api=True, args=_BATCH),
    "api-allocation-batch-undo": May(POST, Action.ALLOCATE_CASES, is_api=True, args=_BATCH),
    "api-allocation-email-again": May(
        POST, Action.ALLOCATE_CASES, is_api=True, args={**_ONE, "email": 999_999}
    ),
    "api-waiting-cases": May(("PUT",), is_api=True),
    "api-waiting-case": May(is_api=True, args=_ONE),
    "api-colleagues": May(BOTH, is_api=True),
    "api-colleague-end": May(POST, Action.ALLOCATE_CASES, is_api=True, args=_ONE),
    "api-post-colleagues": May(is_api=True, args=_POST),
    "api-plans": May(BOTH, is_api=True),
    "api-plan-apply": May(POST, is_api=True, args=_ONE),
    "api-plan": May(("GET", "PUT", "DELETE"), is_api=True, args=_ONE),
    "api-agreements": May(BOTH, is_api=True, args={"level": "team", "code": "T1"}),
    "api-agreement-end": May(POST, Action.SET_AGREEMENTS, is_api=True, args=_ONE),
    "api-counts": May(BOTH, is_api=True, args={"level": "team", "code": "T1"}),
    "api-count-withdraw": May(POST, Action.ENTER_COUNTS, is_api=True, args=_ONE),
    "api-extra-work": May(GET, _TAKES, is_api=True, args=_UNIT),
    "api-extra-work-new": May(POST, is_api=True),
    "api-extra-work-decide": May(POST, is_api=True, args=_ONE),
    "api-extra-work-undo": May(POST, is_api=True, args=_ONE),
    "api-initiatives": May(is_api=True, args=_UNIT),
    "api-initiative-new": May(POST, is_api=True),
    "api-initiative-withdraw": May(POST, is_api=True, args=_ONE),
    "api-court-advice": May(BOTH, is_api=True, args={"level": "team", "code": "T1"}),
    "api-court-advice-end": May(POST, Action.ADVISE_COURTS, is_api=True, args=_ONE),
    "api-priority-levels": May(BOTH, is_api=True, args={"code": "none"}),
    "api-priority-level-end": May(POST, is_api=True, args=_ONE),
    "api-priority-level-undo": May(POST, Action.SET_PRIORITIES, is_api=True, args=_ONE),
    "api-rule-proposals": May(BOTH, is_api=True),
    "api-rule-proposal": May(("GET", "PUT"), is_api=True, args=_ONE),
    "api-rule-proposal-submit": May(POST, is_api=True, args=_ONE),
    "api-rule-proposal-approve": May(POST, is_api=True, args=_ONE),
    "api-rule-proposal-decline": May(POST, is_api=True, args=_ONE),
    "api-rule-proposal-withdraw": May(POST, is_api=True, args=_ONE),
    "api-rule-books": May(is_api=True, args={"level": "team", "code": "T1"}),
    "api-rule-effect": May(is_api=True, args={"level": "team", "code": "T1"}),
    "api-protections": May(BOTH, is_api=True, args=_POST),
    "api-protection-end": May(POST, Action.ALLOCATE_CASES, is_api=True, args=_ONE),
    "api-events": May(action=frozenset({Action.ALLOCATE_CASES, Action.READ_CASE_FILES}), is_api=True),
    "api-case-history": May(is_api=True),
    "api-carry-over": May(POST, is_api=True, args=_POST),
    "api-hours": May(("PUT", "DELETE"), is_api=True, args={**_POST, "first_day": "2026-11-23"}),
    "api-reductions": May(POST, is_api=True, args=_POST),
    "api-reduction": May(("PUT", "DELETE"), is_api=True, args={**_POST, "key": "abc"}),
    "api-grades": May(POST, is_api=True, args=_POST),
    "api-grade": May(("PUT", "DELETE"), is_api=True, args={**_POST, "key": "abc"}),
    "api-reasons": May(BOTH, is_api=True),
    "api-reason": May(("PUT",), is_api=True, args={"reason": "1"}),
    "api-duties": May(is_api=True, args=_UNIT),
    "api-duty": May(is_api=True, args=_ONE),
    "api-duty-acknowledge": May(POST, Action.HANDLE_DUTIES, is_api=True, args=_ONE),
    **{
        f"api-duty-{step}": May(POST, is_api=True, args=_ONE)
        for step in ("talk", "decide", "ask", "answer", "note", "review", "close", "keep")
    },
    "api-requests": May(is_api=True),
    "api-request": May(is_api=True, args=_ONE),
    "api-relief": May(POST, is_api=True, args=_POST),
    "api-concern": May(POST, is_api=True, args=_UNIT),
    "api-request-answer": May(POST, is_api=True, args=_ONE),
    "api-rules": May(is_api=True),
    "api-rule": May(is_api=True, args={"path": "targets"}),
    "api-activities": May(is_api=True),
    "api-tier": May(is_api=True, args={"case_type": "community", "tier": "A3"}),
    "api-tiers": May(POST, is_api=True),
    "api-nights": May(GET, Action.READ_LOADS, is_api=True),
    "api-night": May(GET, Action.READ_LOADS, is_api=True, args={"name": "2026-11-20T183000"}),
    # figures and rules: everybody signed in reads them
    "home": May(),
    "nation": May(),
    "nation-tab": May(args={"tab": "working"}),
    "unit": May(args=_UNIT),
    "unit-tab": May(args={**_UNIT, "tab": "working"}),
    f"alarm/{_ANY}{_FILE}": May(action=_TAKES, address="/alarm/team/T1/trade-offs.csv"),
    "questions": May(),
    "question": May(args={"name": "weeks"}),
    f"odds/<slug:level>/{_FILE}": May(action=_TAKES, address="/odds/team/weeks-4.csv"),
    f"questions/<slug:name>/{_FILE}": May(action=_TAKES, address="/questions/weeks/answer.csv"),
    "search": May(),
    # the menu of the allocation screens; there is nothing where it is off
    **{f"hmpps-{name}": May() for name in ("probation", "omic", "court-reports", "officers")},
    "as-of": May(),
    "gallery": May(),
    "accessibility": May(),
    **{name: May() for name in ("help", "feedback", "privacy", "whats-new", "account")},
    "the-number": May(),
    "rules": May(),
    "rule": May(args={"path": "targets"}),
    "rules-compare": May(),
    "tiers": May(BOTH, args={"scheme": "v2"}),
    "rules-table": May(args={"name": "tier-points"}),
    "rules-tier": May(args={"case_type": "community", "tier": "A3"}),
    "rules-a-cases": May(),
    "rules-what-if": May(),
    "rules-what-if-overlay": May(),
    "rules-what-if-plan": May(POST),
    "rules-what-if-proposal": May(POST, Action.PROPOSE_RULES),
    "scenario-plan": May(POST),
    # hours and reductions of a post
    "hours-new": May(BOTH, _ENTERS, args=_OF_POST),
    "hours-change": May(BOTH, _ENTERS, args=_OF_RECORD),
    "hours-withdraw": May(BOTH, _ENTERS, args=_OF_RECORD),
    "reduction-new": May(BOTH, _ENTERS, args=_OF_POST),
    "reduction": May(action=Action.READ_RECORDS, args=_OF_RECORD),
    "reduction-change": May(BOTH, _ENTERS, args=_OF_RECORD),
    "reduction-withdraw": May(BOTH, _ENTERS, args=_OF_RECORD),
    "mentoring": May(BOTH, _ENTERS, args=_OF_POST),
    "pqip": May(BOTH, _ENTERS, args=_OF_POST),
    "pqip-stage": May(BOTH, _ENTERS, args=_OF_POST),
    "grade-new": May(BOTH, _ENTERS, args=_OF_POST),
    "grade-end": May(BOTH, _ENTERS, args=_OF_RECORD),
    "grade-withdraw": May(BOTH, _ENTERS, args=_OF_RECORD),
    "post-history": May(action=Action.READ_RECORDS, args=_OF_POST),
    # a whole team, tables that are sent, reasons
    "team-edit": May(BOTH, _ENTERS, args={"code": "T1"}),
    "carry-over": May(BOTH, _ENTERS),  # whose records, and where to: test_carrying_over
    f"hours/carry-over/{_FILE}": May(action=_ENTERS, address="/hours/carry-over/left.csv"),
    "people-upload": May(BOTH, _ENTERS),
    "people-upload-check": May(BOTH, _ENTERS, args={"number": 1}),
    "people-template": May(action=_ENTERS, args={"code": "T1", "table": "people", "kind": "xlsx"}),
    f"people-tables/<int:number>/{_FILE}": May(action=_ENTERS, address="/people-tables/1/faults.csv"),
    "reasons": May(),
    f"reasons/{_FILE}": May(action=_TAKES, address="/reasons/enabled.csv"),
    "reason": May(args={"reason": "5"}),
    "reason-new": May(BOTH, Action.MANAGE_REASONS),
    "reason-change": May(BOTH, Action.MANAGE_REASONS, args={"reason": "5"}),
    "reason-retire": May(BOTH, Action.MANAGE_REASONS, args={"reason": "5"}),
    "reason-correct": May(BOTH, Action.MANAGE_REASONS, args={"reason": "5", "key": "5~s1"}),
    # duties: everybody reads that they stand; whose words are read is in test_duties_pages
    "duty": May(args=_ONE),
    **{
        f"duty-{step}": May(BOTH, Action.HANDLE_DUTIES, args=_ONE)
        for step in ("acknowledge", "talk", "decide", "answer", "note", "review", "close", "keep")
    },
    # requests are private: who may read one, and ask or answer, is in test_duties_requests
    "requests": May(),
    "request": May(args=_ONE),
    "request-answer": May(BOTH, Action.HANDLE_DUTIES, args=_ONE),
    "relief": May(BOTH, args={"code": "T1:none"}),  # of one's own post alone
    "concern": May(BOTH, args=_UNIT),
    "duty-ask": May(BOTH, args=_ONE),  # the person it is about alone; nobody is that of no duty
    # allocations: where one may is asked of the case and the post; test_allocation_pages
    "allocate": May(BOTH, Action.ALLOCATE_CASES),
    "allocation": May(args=_ONE),
    "allocation-undo": May(POST, Action.ALLOCATE_CASES, args=_ONE),
    "allocation-ended": May(POST, Action.ALLOCATE_CASES, args=_ONE),
    "allocate-several": May(BOTH, Action.ALLOCATE_CASES, args={"post": "T1:none"}),
    "case": May(),
    "cover": May(BOTH, Action.ALLOCATE_CASES, args={"post": "T1:none"}),
    "colleague": May(BOTH, Action.ALLOCATE_CASES),
    "colleague-end": May(BOTH, Action.ALLOCATE_CASES, args=_ONE),
    "case-limits": May(BOTH, Action.ALLOCATE_CASES),
    "court-advice-new": May(BOTH, Action.ADVISE_COURTS, args={"level": "team", "code": "T1"}),
    "court-advice": May(args=_ONE),
    "court-advice-end": May(POST, Action.ADVISE_COURTS, args=_ONE),
    "unit-agreements": May(BOTH, Action.SET_AGREEMENTS, args={"level": "team", "code": "T1"}),
    "agreement-counts": May(BOTH, Action.ENTER_COUNTS, args={"level": "team", "code": "T1"}),
    "agreement-count-withdrawn": May(POST, Action.ENTER_COUNTS, args=_ONE),
    "agreement-rows": May(BOTH, Action.SET_AGREEMENTS, args={"level": "team", "code": "T1"}),
    "agreement": May(args=_ONE),
    "agreement-answer-new": May(
        BOTH, Action.HANDLE_DUTIES, args={**_ONE, "level": "team", "code": "T1", "measure": "team"}
    ),
    "agreement-answer": May(args=_ONE),  # letters: of whom they are about and who manages there
    "agreement-answer-received": May(POST, args=_ONE),  # of whom a letter is about alone
    "agreement-end": May(POST, Action.SET_AGREEMENTS, args=_ONE),
    "extra-work-new": May(BOTH),
    "extra-work": May(args=_ONE),
    "extra-work-decide": May(POST, args=_ONE),
    "initiatives": May(),
    "initiative-new": May(BOTH, Action.ENTER_INITIATIVES),
    "initiative": May(args=_ONE),
    "initiative-withdraw": May(POST, Action.ENTER_INITIATIVES, args=_ONE),
    f"initiatives/{_FILE}": May(action=_TAKES, address="/initiatives/initiatives.csv"),
    f"initiatives/<int:number>/{_FILE}": May(action=_TAKES, address="/initiatives/1/cost.csv"),
    "rule-proposals": May(),
    "rule-proposal-new": May(BOTH, Action.PROPOSE_RULES),
    "rule-proposal-upload": May(BOTH, Action.PROPOSE_RULES),
    "rule-proposal-table": May(args={"root": "tier_points.pc16"}),
    "rule-proposal-table-upload": May(POST, Action.PROPOSE_RULES, args={"root": "tier_points.pc16"}),
    "rule-proposal": May(args=_ONE),
    "rule-proposal-edit": May(BOTH, Action.PROPOSE_RULES, args=_ONE),
    "rule-proposal-file": May(action=Action.EXPORT, args=_ONE),
    "rule-proposal-submit": May(POST, Action.PROPOSE_RULES, args=_ONE),
    "rule-proposal-approve": May(POST, Action.APPROVE_RULES, args=_ONE),
    "rule-proposal-decline": May(POST, Action.APPROVE_RULES, args=_ONE),
    "rule-proposal-withdraw": May(POST, Action.PROPOSE_RULES, args=_ONE),
    "rule-books-nation": May(),
    "rule-books": May(args={"level": "team", "code": "T1"}),
    "rule-effect-nation": May(),
    "rule-effect": May(args={"level": "team", "code": "T1"}),
    "alarm-level": May(args={"level": "team", "code": "T1"}),
    "alarm-choose": May(POST, Action.SET_ALARMS, args={"level": "team", "code": "T1"}),
    # a head may at a PDU alone: here those whose roles of the nation allow it, who propose rules too
    "establishment-nation": May(BOTH, Action.PROPOSE_RULES),
    "establishment": May(BOTH, Action.ENTER_ESTABLISHMENT, args={"level": "team", "code": "T1"}),
    "establishment-row": May(BOTH, Action.ENTER_ESTABLISHMENT, args=_ONE),
    "establishment-row-back": May(POST, Action.ENTER_ESTABLISHMENT, args=_ONE),
    "priority-level": May(BOTH, Action.SET_PRIORITIES, args={"pdu": "none"}),
    "priority-level-end": May(POST, Action.SET_PRIORITIES, args=_ONE),
    "priority-level-undo": May(POST, Action.SET_PRIORITIES, args=_ONE),
    "protect": May(BOTH, Action.ALLOCATE_CASES, args={"post": "T1:none"}),
    "protection-end": May(POST, Action.ALLOCATE_CASES, args=_ONE),
    "case-change": May(BOTH, Action.ALLOCATE_CASES),
    "case-changed": May(args=_ONE),
    "case-change-undo": May(POST, Action.ALLOCATE_CASES, args=_ONE),
    "allocation-batch": May(args=_BATCH),
    "allocation-batch-undo": May(POST, Action.ALLOCATE_CASES, args=_BATCH),
    "allocation-email-again": May(POST, Action.ALLOCATE_CASES, args={**_ONE, "message": 999_999}),
    "waiting-case": May(args=_ONE),
    "waiting-new": May(BOTH, Action.ALLOCATE_CASES),
    "waiting-change": May(BOTH, Action.ALLOCATE_CASES, args=_ONE),
    "waiting-remove": May(BOTH, Action.ALLOCATE_CASES, args=_ONE),
    # plans: of their owner alone, whoever that is; test_plans
    "plans": May(),
    "plan-new": May(BOTH),
    "leavers-plan": May(POST, args={"level": "team", "code": "T1"}),
    "plan": May(args=_ONE),
    "plan-nation": May(args=_ONE),
    "plan-figure": May(args={**_ONE, "level": "team", "code": "T1"}),
    "plan-cases": May(BOTH),
    "plan-basket": May(BOTH, args={"post": "T1:none"}),
    "plan-compare": May(),
    "compare-units": May(args={"level": "team"}),
    "plan-file": May(args=_ONE),
    # whoever reads it may ask; each step is asked as its action: test_plan_apply
    "plan-apply": May(BOTH, args=_ONE),
    "plan-again": May(POST, args={**_ONE, "applied": 999_999}),
    "plan-upload": May(BOTH, args=_ONE),
    "plan-steps": May(POST, args=_ONE),
    "plan-step": May(BOTH, args={**_ONE, "kind": "hours"}),
    "plan-step-change": May(BOTH, args={**_ONE, "at": 1}),
    "plan-change": May(BOTH, args=_ONE),
    "plan-share": May(BOTH, args=_ONE),
    "plan-comment": May(POST, args=_ONE),
    "plan-copy": May(POST, args=_ONE),
    "plan-delete": May(BOTH, args=_ONE),
    # searches for the best way to share cases: of who asked alone; test_resharing
    "api-resharings": May(POST, is_api=True, args={"level": "team", "code": "T1"}),
    "api-resharing": May(is_api=True, args={"key": "another-s"}),
    "api-resharing-stop": May(POST, is_api=True, args={"key": "another-s"}),
    "sharing-new": May(POST, args={"level": "team", "code": "T1"}),
    "sharing": May(args={"key": "another-s"}),
    "sharing-progress": May(args={"key": "another-s"}),
    "sharing-stop": May(POST, args={"key": "another-s"}),
    "sharing-again": May(POST, args={"key": "another-s"}),
    "sharing-plan": May(POST, args={"key": "another-s"}),
    "notices": May(),
    "notices-read": May(POST),
    # loads
    "loads": May(action=Action.READ_LOADS),
    "load": May(GET, Action.READ_LOADS, args={"number": 1}),
    "night-show": May(BOTH, Action.LOAD, args={"night": "2020-01-01T000000"}),
    "night-withdraw": May(BOTH, Action.LOAD, args={"night": "2020-01-01T000000"}),
    "night-restore": May(BOTH, Action.LOAD, args={"night": "2020-01-01T000000"}),
    "load-progress": May(GET, Action.READ_LOADS, args={"number": 1}),
    "load-new": May(BOTH, Action.LOAD),
    # what is taken away; files have no names, so their patterns stand here
    "nation-pack": May(action=_TAKES),
    "nation-pack-book": May(action=_TAKES),
    "pack": May(action=_TAKES, args={"level": "region", "code": "R1"}),
    "staffing-pack": May(args={"level": "region", "code": "R1"}),
    "nation-staffing-pack": May(),
    "staffing-book": May(action=_TAKES, args={"level": "region", "code": "R1"}),
    "nation-staffing-book": May(action=_TAKES),
    "month-report": May(args={"level": "region", "code": "R1"}),
    "nation-month-report": May(),
    "month-report-book": May(action=_TAKES, args={"level": "region", "code": "R1"}),
    "nation-month-report-book": May(action=_TAKES),
    "certificate": May(args={"level": "region", "code": "R1"}),
    "nation-certificate": May(),
    "supervision-sheet": May(args={"code": "T1:T1A"}),
    "pack-book": May(action=_TAKES, args={"level": "region", "code": "R1"}),
    "files": May(action=_TAKES),
    "file": May(action=_TAKES, args={"key": "another-s"}),
    "file-progress": May(action=_TAKES, args={"key": "another-s"}),
    "file-itself": May(action=_TAKES, args={"key": "another-s"}),
    "file-delete": May(POST, _TAKES, args={"key": "another-s"}),
    f"nation/{_FILE}": May(action=_TAKES, address="/nation/below.csv"),
    f"nation/<slug:tab>/{_FILE}": May(action=_TAKES, address="/nation/working/lines.csv"),
    f"nation/downloads/{_FILE}": May(action=_TAKES, address="/nation/downloads/cases.csv"),
    f"{_ANY}{_FILE}": May(action=_TAKES, address="/team/T1/below.xlsx"),
    f"{_ANY}<slug:tab>/{_FILE}": May(action=_TAKES, address="/team/T1/working/lines.parquet"),
    f"{_ANY}downloads/{_FILE}": May(action=_TAKES, address="/team/T1/downloads/cases.csv"),
    f"plans/compare/{_FILE}": May(action=_TAKES, address="/plans/compare/compare.csv"),
    f"compare/<level:level>/{_FILE}": May(action=_TAKES, address="/compare/team/units.csv"),
    f"plans/<int:number>/made-of/nation/{_FILE}": May(
        action=_TAKES, address="/plans/999999/made-of/nation/below.csv"
    ),
    f"plans/<int:number>/made-of/<level:level>/<code:code>/{_FILE}": May(
        action=_TAKES, address="/plans/999999/made-of/team/T1/below.csv"
    ),
    f"plans/<int:number>/{_FILE}": May(action=_TAKES, address="/plans/999999/steps.csv"),
    f"reshare/<slug:key>/{_FILE}": May(action=_TAKES, address="/reshare/another-s/moves.csv"),
    f"audit/{_FILE}": May(action=Action.READ_AUDIT, address="/audit/events.csv"),
    f"loads/<int:number>/{_FILE}": May(action=Action.READ_LOADS, address="/loads/1/faults.csv"),
    f"rules/books/{_FILE}": May(action=_TAKES, address="/rules/books/books.csv"),
    f"rules/books/<level:level>/<code:code>/{_FILE}": May(
        action=_TAKES, address="/rules/books/team/T1/books.csv"
    ),
    f"rules/effect/{_FILE}": May(action=_TAKES, address="/rules/effect/below.csv"),
    f"rules/effect/<level:level>/<code:code>/{_FILE}": May(
        action=_TAKES, address="/rules/effect/team/T1/below.csv"
    ),
    f"rules/proposals/{_FILE}": May(action=_TAKES, address="/rules/proposals/proposals.csv"),
    f"rules/proposals/table/<str:root>/{_FILE}": May(
        action=_TAKES, address="/rules/proposals/table/nominal_target/values.csv"
    ),
    f"rules/proposals/<int:number>/{_FILE}": May(action=_TAKES, address="/rules/proposals/1/values.csv"),
    f"rules/{_FILE}": May(action=_TAKES, address="/rules/rules.csv"),
    f"rules/compare/{_FILE}": May(action=_TAKES, address="/rules/compare/compare.csv"),
    f"rules/what-if/{_FILE}": May(action=_TAKES, address="/rules/what-if/tiers.csv"),
    f"rules/tables/<slug:name>/{_FILE}": May(action=_TAKES, address="/rules/tables/tiers/tiers.csv"),
    f"rules/value/<path:path>/{_FILE}": May(action=_TAKES, address="/rules/value/targets/steps.csv"),
}
PEOPLE = ("stranger", "closed", "reader", *ROLES)


def addresses() -> Iterator[URLPattern]:
    """Every pattern of the resolver, whatever includes it."""

    def below(patterns: list[Any]) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from below(pattern.url_patterns)
            else:
                yield pattern

    yield from below(get_resolver().url_patterns)


#: Those that the allocation screens ask are off, and have a door of their own: test_hmpps_workload.
THERE = sorted(
    {
        str(pattern.name or pattern.pattern)
        for pattern in addresses()
        if not str(pattern.pattern).startswith(COMPAT)
    }
)


def test_every_address_is_in_the_table() -> None:
    assert [name for name in THERE if name not in TABLE] == [], "say in TABLE who may use these addresses"


def test_no_address_is_there_twice_under_one_name() -> None:
    names = [pattern.name or str(pattern.pattern) for pattern in addresses()]
    assert sorted(set(names)) == sorted(names)


def test_what_is_open_is_what_the_table_says() -> None:
    assert {name for name, may in TABLE.items() if may.is_open} == OPEN


@pytest.fixture(scope="module")
def sessions(rows_of_module: Callable[[], AbstractContextManager[None]]) -> dict[str, str]:
    """The key of a session for each kind of person; each test has them as they were made."""
    with rows_of_module():
        small_nation()
        closed = holder("administrator", is_active=False)
        closed.email, closed.name = "closed@example.org", "Closed"
        closed.save()
        people = {"closed": closed, "reader": person("reader"), **{role: holder(role) for role in ROLES}}
        return {who: str(client_of(user).session.session_key) for who, user in people.items()}


@pytest.fixture
def browsers(sessions: dict[str, str]) -> dict[str, Client]:
    """A browser for each kind of person. A fault of a page is an answer here, not an exception."""
    found = {who: Client(raise_request_exception=False) for who in PEOPLE}
    for who, key in sessions.items():
        found[who].cookies[django_settings.SESSION_COOKIE_NAME] = key
    return found


def outcome(answer: HttpResponse) -> str:
    """In one word what happened."""
    if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"):
        return "led to sign in"
    if answer.status_code == 401 and answer["Content-Type"] == "application/json":
        return "told to sign in"
    return {403: "denied", 405: "no such method"}.get(answer.status_code, "let in")


def expected(may: May, who: str, method: str) -> set[str]:
    """What may happen. A method that is not offered may be refused before or after the person is."""
    if who in ("stranger", "closed") and may.is_api:
        return {"told to sign in"} if method in may.methods else {"no such method"}
    if who in ("stranger", "closed") and not may.is_open:
        return {"led to sign in"}
    any_of = may.action if isinstance(may.action, frozenset) else {may.action}
    held = who in ROLES and not ROLES[who].allows.isdisjoint(any_of)
    allowed = may.is_open or may.action is None or held
    if method not in may.methods:
        return {"no such method"} if allowed else {"no such method", "denied"}
    if may.is_open:
        return {"let in", "led to sign in"}  # some ways in begin at its page
    return {"let in"} if allowed else {"denied"}


def asked_by(may: May, method: str) -> tuple[str, ...]:
    """Everybody by a method that is offered. What is not is refused whoever asks: a stranger, the first who
    may use the others and the first who may not."""
    if method in may.methods:
        return PEOPLE
    by_use = {"denied" in expected(may, who, method): who for who in reversed(PEOPLE[2:])}
    return tuple(dict.fromkeys(("stranger", *by_use.values())))


#: Pages whose questions to the database no other test asks in this form.
_ASKING = ("audit/<slug:table>.<slug:kind>", "nation/downloads/<slug:table>.<slug:kind>", "team-edit")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.both_databases] if name in _ASKING else [])
        for name in THERE
        if name in TABLE
    ],
)
def test_only_those_are_let_in_who_may(name: str, browsers: dict[str, Client]) -> None:
    may = TABLE[name]
    address = may.address or reverse(name, kwargs=may.args)
    wrong = {}
    for method in METHODS:
        for who in asked_by(may, method):
            browser = browsers[who]
            if name == "account_logout" and method == "POST" and who not in ("stranger", "closed"):
                continue  # it does what it says: the test of signing out has it
            answer = browser.generic(method, address)
            if answer.streaming:
                for _ in answer:
                    pass  # a file that is taken whole is closed
            if outcome(answer) not in expected(may, who, method):
                wrong[(who, method)] = (answer.status_code, answer.get("Location"))
    assert wrong == {}


def test_a_form_without_its_token_changes_nothing(sessions: dict[str, str]) -> None:
    browser = Client(enforce_csrf_checks=True)
    administrator = User.objects.get(email="administrator@example.org")
    browser.force_login(administrator, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    answer = browser.post("/people/new/", {"email": "x@example.org", "name": "X"})
    assert answer.status_code == 403
    assert browser.post("/demo/sign-in/", {"person": "1"}).status_code == 403


HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/accounts/2fa/", "/people/", "/audit/", "/nowhere/"]
)
def test_pages_hold_to_the_content_security_policy(address: str, browsers: dict[str, Client]) -> None:
    import re

    answer = browsers["stranger" if "login" in address else "administrator"].get(address)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert {name: answer[name] for name in HEADERS} == HEADERS
    text = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", text)


def test_the_session_cookie_is_for_the_site_alone(settings: Any) -> None:
    user = person("ann")
    answer = Client().post("/accounts/login/", {"login": user.email, "password": "heather oat lantern"})
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
