from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "inference"
    verbose_name = "Model versions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what versions store."""
        from inference.registry import stored_files  # noqa: PLC0415 -- models can be imported only now
        from storage import registry  # noqa: PLC0415

        registry.register(
            self.name,
            registry.Application(
                stores=(stored_files.STORE,),
                references=stored_files.references,
                rules=stored_files.rules,
                kinds=stored_files.kinds,
            ),
        )
