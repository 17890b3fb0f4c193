from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "assignments"

    def ready(self) -> None:
        from accounts import departures
        from certifications import withdrawals
        from notifications import kinds

        from . import notices, services

        departures.register(services.close_on_departure)
        withdrawals.register(services.close_on_withdrawal)
        for kind in notices.KINDS:
            kinds.register(kind)
