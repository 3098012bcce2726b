from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "Training runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the references of runs to versions."""
        from inference.registry import version_references  # noqa: PLC0415 -- models can be imported only now
        from training.runs.selectors import publishing_run_id, publishing_run_start, why_needed  # noqa: PLC0415

        version_references.register(version_references.References(why_needed, publishing_run_id, publishing_run_start))
