from django.urls import path

from . import views

urlpatterns = [
    path("certifications/", views.certification_list, name="enroll-certifications"),
    path("certifications/<slug:slug>/steps/<int:pk>/", views.step_complete, name="enroll-step-complete"),
    path("fast-start-programs/", views.program_list, name="enroll-fast-start-programs"),
]
