"""Addresses of loads."""

from django.urls import path

from wmt.site.web.loads import upload, views, withdraw

urlpatterns = [
    path("loads/", views.loads, name="loads"),
    path("loads/new/", upload.load_new, name="load-new"),
    path("loads/night/<str:night>/show/", withdraw.show, name="night-show"),
    path("loads/night/<str:night>/withdraw/", withdraw.withdraw, name="night-withdraw"),
    path("loads/night/<str:night>/restore/", withdraw.restore, name="night-restore"),
    path("loads/<int:number>/", views.load, name="load"),
    path("loads/<int:number>/decide/", views.load_decide, name="load-decide"),
    path("loads/<int:number>/progress/", views.load_progress, name="load-progress"),
]
