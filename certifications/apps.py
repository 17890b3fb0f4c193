from django.apps import AppConfig
from django.core import checks


class CertificationsConfig(AppConfig):
    name = "certifications"

    def ready(self) -> None:
        from . import withdrawals

        checks.register(withdrawals.check_registered)
