"""The part of Enroll that is about assignments."""

from django.urls import path

from .views import learner

urlpatterns = [
    path("", learner.enroll, name="enroll"),
    path("assignments/", learner.my_assignments, name="enroll-assignments"),
    path("certifications/<slug:slug>/", learner.my_certification, name="enroll-certification"),
]
