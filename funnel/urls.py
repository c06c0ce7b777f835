from django.urls import path

from funnel.views import criteria

urlpatterns = [
    path("criteria", criteria.criteria, name="criteria"),
    path("criteria/<int:number>", criteria.criteria_version, name="criteria-version"),
]
