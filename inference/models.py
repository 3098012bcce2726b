"""Model versions and the aliases that point at them."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from nnlib import count_parameters
from nnlib.evaluation import LOSS_OF
from nnlib.vocabulary import LossName
from weblib.lists.search import configuration_text, json_number, json_text, layers_text
from weblib.trash.rows import LiveRows, Trashable, trash_index

CHAMPION = "champion"
ALIAS_NAME_LENGTH = 40
ALIAS_NAME_PATTERN = "^[a-z][a-z0-9_-]*$"
check_alias_name = RegexValidator(
    ALIAS_NAME_PATTERN.replace("$", r"\Z"), "Lower-case letters, digits, - and _; a letter first."
)


class ModelVersion(Trashable):
    """An immutable, numbered record of a finished or imported network; only name, notes, tags and aliases may change.

    `objects` leaves out what is in the trash; `everything` does not.
    """

    class Source(models.TextChoices):
        """Where a version came from."""

        RUN = "run"
        IMPORT = "import"
        STARTER = "starter"

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    # {"layer_sizes": [784, 250, 10], "activation": …, "output": …}
    architecture = models.JSONField()
    config = models.JSONField(default=dict)
    # {"train_error", "test_error", "test_accuracy", "confusion": 10 × 10 rows of truth, "precision", "recall", …}
    metrics = models.JSONField(default=dict)
    # One {"epoch", "train_error", …} per epoch: the version keeps its curve when the run is gone.
    history = models.JSONField(default=list)
    # What lists show and are sorted by, taken out by the database: a list reads none of what is large.
    test_accuracy = models.GeneratedField(
        expression=json_number("test_accuracy", "metrics"),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )
    test_error = models.GeneratedField(
        expression=json_number("test_error", "metrics"),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )
    train_seconds = models.GeneratedField(
        expression=json_number("seconds", "metrics"),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )
    epochs = models.GeneratedField(
        expression=json_number("epochs", "metrics"), output_field=models.FloatField(null=True), db_persist=True
    )
    # What lists are filtered by; empty of imports, whose training is not known.
    optimizer = models.GeneratedField(
        expression=json_text("optimizer", "config"),
        output_field=models.CharField(max_length=40, null=True),
        db_persist=True,
    )
    engine = models.GeneratedField(
        expression=json_text("engine", "config"),
        output_field=models.CharField(max_length=40, null=True),
        db_persist=True,
    )
    learning_rate = models.GeneratedField(
        expression=json_number("learning_rate", "config"), output_field=models.FloatField(null=True), db_persist=True
    )
    # "784-300-100-10"
    layers = models.GeneratedField(
        expression=layers_text("layer_sizes", "architecture"),
        output_field=models.CharField(max_length=100),
        db_persist=True,
    )
    # The values of the configuration and the shape as words: what a search reads.
    configured = models.GeneratedField(
        expression=configuration_text(
            models.F("dataset"),
            layers_text("layer_sizes", "architecture"),
            layers_text("layer_sizes", "architecture", separator=" "),
            json_text("activation", "architecture"),
            json_text("output", "architecture"),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    # Codes and numbers (`registry.findings`); None of a version that an earlier release published, for a moment.
    findings = models.JSONField(null=True, default=None)
    # One byte per test image: the digit that this version reads in it.
    test_predictions = models.BinaryField(default=bytes)
    dataset = models.CharField(max_length=40, blank=True)
    dataset_fingerprint = models.CharField(max_length=64, blank=True)
    preprocessing = models.CharField(max_length=40)
    library_versions = models.JSONField(default=dict)
    artifact = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    # Beyond its source: {"file": "onnx", "input_scale": "-1..1"} of an import,
    # {"attempts": 2} of a run that was resumed once. Of a state of a run that was published by hand: {"run", "epoch",
    # "samples" of the next epoch, "precision": "single" or "half", "published_by_hand": a sentence}.
    origin = models.JSONField(default=dict)
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: "models.Manager[ModelVersion]" = LiveRows()
    everything: "models.Manager[ModelVersion]" = models.Manager()

    class Meta:
        base_manager_name = "everything"
        ordering = ("-number",)
        constraints = (models.CheckConstraint(condition=models.Q(number__gte=1), name="version_number_from_1"),)
        indexes = (
            models.Index(fields=("dataset", "-number"), name="version_dataset_number"),
            models.Index(fields=("test_accuracy", "-number"), name="version_test_accuracy"),
            models.Index(fields=("test_error", "-number"), name="version_test_error"),
            models.Index(fields=("train_seconds", "-number"), name="version_train_seconds"),
            models.Index(fields=("size_bytes", "-number"), name="version_size_bytes"),
            models.Index(fields=("id",), name="version_no_findings", condition=models.Q(findings__isnull=True)),
            trash_index("version_trash"),
        )

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def title(self) -> str:
        """What lists call it: its name, else its number."""
        return self.name or f"Version {self.number}"

    @property
    def layer_sizes(self) -> list[int]:
        """Neurons of every layer, inputs first."""
        sizes: list[int] = self.architecture["layer_sizes"]
        return sizes

    @property
    def loss(self) -> LossName:
        """What its errors are means of; each output activation goes with one loss."""
        return LOSS_OF[self.architecture["output"]]

    @property
    def parameter_count(self) -> int:
        """Weights and biases."""
        return count_parameters(self.layer_sizes)


class VersionTag(models.Model):
    """A word by which people find a version again; a version begins with those of its run."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="tags")
    word = models.CharField(max_length=40)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("version", "word"), name="one_tag_per_version_and_word"),)
        indexes = (models.Index(fields=("word", "-version"), name="version_tag_word"),)

    def __str__(self) -> str:
        return self.word


class Alias(models.Model):
    """A movable name for a version."""

    name = models.CharField(
        max_length=ALIAS_NAME_LENGTH,
        unique=True,
        validators=[check_alias_name],
    )
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="aliases")
    moved_at = models.DateTimeField(auto_now=True)
    moved_by = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "aliases"

    def __str__(self) -> str:
        return self.name


class AliasMove(models.Model):
    """A line of an alias's history; numbers, so that it outlives alias and versions."""

    alias = models.CharField(max_length=ALIAS_NAME_LENGTH)
    # None before the alias was made, and after it was deleted.
    from_number = models.PositiveIntegerField(null=True, blank=True)
    to_number = models.PositiveIntegerField(null=True, blank=True)
    by = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    # The move that this one takes back.
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="undone_by")

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("alias", "-id"), name="alias_move_newest"),)

    def __str__(self) -> str:
        return f"{self.alias}: {self.from_number} → {self.to_number}"


class SnapshotFile(models.Model):
    """The file with moments of a version's training, in the model store; it goes with its version."""

    version = models.OneToOneField(ModelVersion, on_delete=models.CASCADE, related_name="snapshot_file")
    name = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    # The epochs in the file, in order; 0 is before the first.
    epochs = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"snapshots of {self.version}"


class VersionCounter(models.Model):
    """The one row that hands out version numbers, locked while it does: no gap, none twice."""

    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_version_counter"),)

    def __str__(self) -> str:
        return f"last version {self.last_number}"
