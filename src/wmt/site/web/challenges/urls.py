"""The addresses of challenges."""

from django.urls import path

from wmt.site.web.challenges import pages

urlpatterns = [
    path("challenges/new/<code:code>/", pages.new_page, name="challenge-new"),
    path("challenges/<int:number>/", pages.challenge_page, name="challenge"),
    path("challenges/<int:number>/withdraw/", pages.withdraw, name="challenge-withdraw"),
]
