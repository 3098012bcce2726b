from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "Training runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let versions know what needs them."""
        from inference import holds  # noqa: PLC0415 -- models can be imported only now
        from training.selectors import why_needed  # noqa: PLC0415

        holds.register(why_needed)
