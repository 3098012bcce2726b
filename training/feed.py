"""What a watching page lacks of a run, read in one go."""

from dataclasses import dataclass

from training import selectors
from training.messages import EpochJson, EventJson, RunJson


@dataclass(frozen=True, slots=True)
class Reading:
    """The run, the epochs after those the page has, and the lines of the log after those it has."""

    run: RunJson
    revision: int
    epochs: list[EpochJson]
    events: list[EventJson]


def read(run_id: int, after_epoch: int, after_events: int) -> Reading:
    """What came after epoch `after_epoch` and after the first `after_events` lines of the log.

    Raises:
        Run.DoesNotExist: there is none of that id.
    """
    while True:
        run = selectors.get_run(run_id)
        epochs = selectors.epochs_after(run_id, after_epoch)
        events = selectors.events_of(run_id)[after_events:]
        # Run, epochs and log belong together only if nothing was written between their reads.
        if selectors.revision_of(run_id) == run.revision:
            return Reading(selectors.run_json(run), run.revision, epochs, events)
