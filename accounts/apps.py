from django.apps import AppConfig
from django.core import checks


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from . import departures, logins

        checks.register(departures.check_registered)
        logins.watch()
