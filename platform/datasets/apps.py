from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "datasets"
    verbose_name = "Data sets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what data sets take; no row names their files, which are made or downloaded anew."""
        from datasets.stored_files import kinds  # noqa: PLC0415 -- settings can be read only now
        from storage import registry  # noqa: PLC0415

        registry.register(self.name, registry.Application(kinds=kinds))
