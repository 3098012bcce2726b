from django.db import migrations, models


class Migration(migrations.Migration):
    """Takes `inference.Correction` over as `datasets.Sample`: the table and its rows stay as they are."""

    initial = True
    dependencies = [("inference", "0006_corrections_that_stay_fast")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Sample",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("label", models.PositiveSmallIntegerField()),
                        ("form", models.CharField(choices=[("strokes", "Strokes"), ("image", "Image"), ("pixels", "Pixels")], max_length=10)),
                        ("strokes", models.JSONField(null=True)),
                        ("brush", models.FloatField(null=True)),
                        ("pixels", models.BinaryField()),
                        ("preprocessing", models.CharField(max_length=40)),
                        ("digit", models.PositiveSmallIntegerField(null=True)),
                        ("answered_by", models.PositiveIntegerField(null=True)),
                        ("author", models.CharField(max_length=150)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("changed_at", models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        "db_table": "inference_correction",
                        "ordering": ("-id",),
                        "indexes": [
                            models.Index(fields=["label", "-id"], name="correction_by_label"),
                            models.Index(fields=["changed_at"], name="correction_changed_at"),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("label__lte", 9)), name="correction_label_is_a_digit"),
                            models.CheckConstraint(
                                condition=models.Q(("digit__isnull", True), ("digit__lte", 9), _connector="OR"),
                                name="correction_answer_is_a_digit",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
