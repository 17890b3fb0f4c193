from django.urls import path

from . import views

urlpatterns = [
    path("", views.notification_list, name="notifications"),
    path("bell/", views.bell, name="notifications-bell"),
    path("newest/", views.newest, name="notifications-newest"),
    path("read-all/", views.read_all, name="notifications-read-all"),
    path("off/<token>/", views.emails_off, name="notifications-off"),
    path("<int:pk>/open/", views.notification_open, name="notification-open"),
    path("<int:pk>/read/", views.notification_read, name="notification-read"),
]
