from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "Training runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the references of runs to versions, and what runs store."""
        from inference.registry import version_references  # noqa: PLC0415 -- models can be imported only now
        from storage import registry  # noqa: PLC0415
        from training.runs import retention, stored_files  # noqa: PLC0415
        from training.runs.selectors import publishing_run_id, publishing_run_start, why_needed  # noqa: PLC0415

        version_references.register(version_references.References(why_needed, publishing_run_id, publishing_run_start))
        registry.register(
            self.name,
            registry.Application(
                stores=(stored_files.STORE,),
                references=stored_files.references,
                restored=retention.settle_restored_runs,
                rules=retention.rules,
                kinds=stored_files.kinds,
                runs=stored_files.bytes_of_runs,
            ),
        )
