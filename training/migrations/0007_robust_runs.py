import django.db.models.functions.datetime
from django.db import migrations, models


def place_by_creation(apps, schema_editor):
    """Give the runs of before the place in the queue that their submission gave them."""
    apps.get_model("training", "Run").objects.update(queued_at=models.F("created_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('training', '0006_database_clock'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='queued_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name='run',
            name='previous_checkpoint',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('status', 'queued')), fields=['queued_at', 'id'], name='run_queue'),
        ),
        migrations.RunPython(place_by_creation, migrations.RunPython.noop),
    ]
