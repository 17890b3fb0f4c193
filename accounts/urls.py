from django.urls import path

from . import views

urlpatterns = [
    path("profile/", views.profile, name="account-profile"),
    path("settings/", views.account_settings, name="account-settings"),
]
