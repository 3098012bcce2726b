"""Labelled images that users collected."""

from django.db import models


class Sample(models.Model):
    """One labelled image of the data set `corrections`: a drawing and its label; only the label may change."""

    class Form(models.TextChoices):
        """What was given."""

        STROKES = "strokes"
        IMAGE = "image"
        PIXELS = "pixels"

    label = models.PositiveSmallIntegerField()
    form = models.CharField(max_length=10, choices=Form.choices)
    # [[[x, y], …], …] and the pen's diameter in canvas units; null where an image or pixels were given.
    strokes = models.JSONField(null=True)
    brush = models.FloatField(null=True)
    # What a network sees of it: 784 bytes, ink 255, top row first, made by this preprocessing.
    pixels = models.BinaryField()
    preprocessing = models.CharField(max_length=40)
    # The answer of a version (which may be deleted since); null where no version could answer.
    digit = models.PositiveSmallIntegerField(null=True)
    answered_by = models.PositiveIntegerField(null=True)
    author = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        # The table's name from the time when samples were a model of `inference`: its rows stay where they are.
        db_table = "inference_correction"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("label", "-id"), name="correction_by_label"),
            # Every page of a version checks whether anything changed: the rows themselves are large.
            models.Index(fields=("changed_at",), name="correction_changed_at"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(label__lte=9), name="correction_label_is_a_digit"),
            models.CheckConstraint(
                condition=models.Q(digit__isnull=True) | models.Q(digit__lte=9), name="correction_answer_is_a_digit"
            ),
        )

    def __str__(self) -> str:
        return f"correction {self.pk}: {self.label}"
