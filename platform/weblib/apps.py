from django.apps import AppConfig


class WeblibConfig(AppConfig):
    name = "weblib"
    verbose_name = "Lists, labels and errors"
