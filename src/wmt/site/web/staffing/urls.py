"""The addresses of entering the establishment of units."""

from django.urls import path

from wmt.site.web.staffing import establishment_form as form

urlpatterns = [
    path("establishment/nation/", form.establishment_page, name="establishment-nation"),
    path("establishment/<level:level>/<code:code>/", form.establishment_page, name="establishment"),
    path("establishment-row/<int:number>/", form.row_page, name="establishment-row"),
    path("establishment-row/<int:number>/back/", form.row_back, name="establishment-row-back"),
]
