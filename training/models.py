"""Runs, their epochs, and the log of what happened to them."""

from dataclasses import fields

from django.db import models
from django.db.models.functions import Now

from inference.models import ModelVersion
from nnlib import EpochFinished
from training.configuration.run_config import RunConfig
from training.states import ENDED, RESUMABLE, Status
from weblib.lists.search import configuration_text, json_number, json_text, layers_text
from weblib.trash.rows import LiveRows, Trashable, trash_index


class Run(Trashable):
    """One training job: its configuration, its status and its lease.

    `objects` leaves out what is in the trash; `everything` does not.
    """

    name = models.CharField(max_length=100, blank=True)
    notes = models.TextField(blank=True, default="", db_default="")
    config = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    # What it does before and between epochs: "preparing mnist", "" while it trains.
    stage = models.CharField(max_length=100, blank=True)
    failure = models.TextField(blank=True)
    # Why training ended by itself: error_threshold, epochs, patience or (failed) not_finite.
    finish_reason = models.CharField(max_length=20, blank=True)

    # The database writes every time: the clocks of two machines may differ.
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # Its place in the queue: workers claim the run that was queued first. A resume gives a new place.
    queued_at = models.DateTimeField(db_default=Now())
    # When its message was last put before the workers.
    offered_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    last_epoch = models.PositiveIntegerField(default=0)
    max_epochs = models.PositiveIntegerField()
    # The numbers of the last epoch, and a thinned train-error curve: the list of runs reads no epoch rows.
    latest = models.JSONField(null=True, blank=True)
    curve = models.JSONField(default=list)
    # Codes and numbers (`inference.registry.findings`), written when it ends; None until then.
    findings = models.JSONField(null=True, default=None)
    # Seconds of all epochs together.
    train_seconds = models.FloatField(default=0.0)
    # What lists are filtered and sorted by, taken out by the database: no code has to keep it in step.
    dataset = models.GeneratedField(
        expression=json_text("dataset", "config"), output_field=models.CharField(max_length=40), db_persist=True
    )
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
    # "300-100"
    hidden_layers = models.GeneratedField(
        expression=layers_text("hidden_layers", "config"),
        output_field=models.CharField(max_length=100, null=True),
        db_persist=True,
    )
    learning_rate = models.GeneratedField(
        expression=json_number("learning_rate", "config"), output_field=models.FloatField(null=True), db_persist=True
    )
    # The values of the configuration as words: what a search reads.
    configured = models.GeneratedField(
        expression=configuration_text(
            json_text("dataset", "config"),
            layers_text("hidden_layers", "config"),
            layers_text("hidden_layers", "config", separator=" "),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    test_accuracy = models.GeneratedField(
        expression=json_number("test_accuracy", "latest"), output_field=models.FloatField(null=True), db_persist=True
    )
    test_error = models.GeneratedField(
        expression=json_number("test_error", "latest"), output_field=models.FloatField(null=True), db_persist=True
    )
    # Counts every change that subscribers must be notified of.
    revision = models.PositiveBigIntegerField(default=0)

    # The lease: only the holder of this token may write; a heartbeat renews it.
    lease_token = models.UUIDField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    # How often a worker took it; how often one was lost since the last epoch was written.
    attempt = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    # The file to go on from, and the one before it, which a copy of the files may have instead.
    checkpoint = models.CharField(max_length=100, blank=True)
    previous_checkpoint = models.CharField(max_length=100, blank=True, default="", db_default="")

    version = models.OneToOneField(ModelVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="run")

    objects: "models.Manager[Run]" = LiveRows()
    everything: "models.Manager[Run]" = models.Manager()

    class Meta:
        base_manager_name = "everything"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("status", "-id"), name="run_status_id"),
            models.Index(fields=("status", "trashed_at"), name="run_status_counts"),
            models.Index(fields=("status", "heartbeat_at"), name="run_status_heartbeat"),
            models.Index(fields=("queued_at", "id"), name="run_queue", condition=models.Q(status=Status.QUEUED)),
            models.Index(fields=("dataset", "-id"), name="run_dataset_id"),
            models.Index(fields=("test_accuracy", "-id"), name="run_test_accuracy"),
            models.Index(fields=("test_error", "-id"), name="run_test_error"),
            models.Index(fields=("train_seconds", "-id"), name="run_train_seconds"),
            models.Index(fields=("status",), name="run_no_findings", condition=models.Q(findings__isnull=True)),
            trash_index("run_trash"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="run_status_known"),
            models.CheckConstraint(
                condition=~models.Q(status__in=[Status.RUNNING, Status.STOPPING]) | models.Q(lease_token__isnull=False),
                name="run_held_has_lease",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What lists call it: its name, else its number."""
        return self.name or f"Run {self.pk}"

    @property
    def configuration(self) -> RunConfig:
        """The typed configuration."""
        return RunConfig.model_validate(self.config)

    @property
    def progress(self) -> float:
        """Share of the epochs done, in [0, 1]; 1 when completed, however early."""
        if self.status == Status.COMPLETED:
            return 1.0
        return min(1.0, self.last_epoch / self.max_epochs)

    @property
    def is_ended(self) -> bool:
        """Whether nothing will happen to it by itself."""
        return self.status in ENDED

    @property
    def can_stop(self) -> bool:
        """Whether a stop button makes sense."""
        return self.status in {Status.QUEUED, Status.RUNNING}

    @property
    def can_publish(self) -> bool:
        """Whether a button that publishes its newest state makes sense; a completed run was published by itself."""
        return self.status in RESUMABLE and bool(self.checkpoint)

    @property
    def can_resume(self) -> bool:
        """Whether a resume button makes sense."""
        return self.status in RESUMABLE


class Epoch(models.Model):
    """What one pass over the training data gave."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="epochs")
    epoch = models.PositiveIntegerField()
    train_error = models.FloatField()
    train_accuracy = models.FloatField()
    validation_error = models.FloatField(null=True)
    validation_accuracy = models.FloatField(null=True)
    test_error = models.FloatField()
    test_accuracy = models.FloatField()
    learning_rate = models.FloatField()
    seconds = models.FloatField()

    class Meta:
        ordering = ("run", "epoch")
        constraints = (models.UniqueConstraint(fields=("run", "epoch"), name="one_row_per_run_and_epoch"),)

    def __str__(self) -> str:
        return f"epoch {self.epoch} of run {self.run_id}"


# The trainer's event is the one definition of what an epoch reports; the columns above have its names.
EPOCH_FIELDS = tuple(field.name for field in fields(EpochFinished))


class RunTag(models.Model):
    """A word by which people find a run again."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tags")
    word = models.CharField(max_length=40)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("run", "word"), name="one_tag_per_run_and_word"),)
        indexes = (models.Index(fields=("word", "-run"), name="run_tag_word"),)

    def __str__(self) -> str:
        return self.word


class RunEvent(models.Model):
    """A line of a run's log: a change of state, and its story in a sentence."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now(), editable=False)
    status = models.CharField(max_length=10, choices=Status.choices)
    text = models.TextField()

    class Meta:
        ordering = ("run", "id")

    def __str__(self) -> str:
        return f"{self.status}: {self.text}"


class PublishedState(models.Model):
    """A state of a run that was published by hand: a version in addition to the one of its end.

    The row is deleted with the run or with the version, whichever is deleted first; the other one stays.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="published_states")
    epoch = models.PositiveIntegerField()
    # Of the next epoch, where the run was stopped in the middle of it.
    samples = models.PositiveIntegerField(default=0)
    version = models.OneToOneField(ModelVersion, on_delete=models.CASCADE, related_name="published_state")

    class Meta:
        ordering = ("run", "epoch", "samples")
        constraints = (
            models.UniqueConstraint(fields=("run", "epoch", "samples"), name="one_version_per_run_and_state"),
        )

    def __str__(self) -> str:
        return f"{self.version}: run {self.run_id} after epoch {self.epoch}"


class SnapshotRow(models.Model):
    """What a network was after an epoch of a run that is not done: a file of one snapshot; it goes with the run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="snapshots")
    epoch = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ("run", "epoch")
        constraints = (models.UniqueConstraint(fields=("run", "epoch"), name="one_snapshot_per_run_and_epoch"),)

    def __str__(self) -> str:
        return f"snapshot of run {self.run_id} after epoch {self.epoch}"
