from django.db import migrations


class Migration(migrations.Migration):
    """`Correction` becomes `datasets.Sample`: only the state changes, the table and its rows stay."""

    dependencies = [("inference", "0006_corrections_that_stay_fast"), ("datasets", "0001_samples")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Correction")]),
    ]
