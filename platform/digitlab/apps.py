from django.apps import AppConfig


class DigitlabConfig(AppConfig):
    name = "digitlab"
    verbose_name = "Digit Lab"
