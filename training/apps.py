from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "Training runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let versions know what needs them."""
        from inference.registry import version_references  # noqa: PLC0415 -- models can be imported only now
        from training.runs.selectors import why_needed  # noqa: PLC0415

        version_references.register(why_needed)
