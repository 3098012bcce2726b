"""Samples that are held out: how many, by which seed, and what is never on both sides."""

import subprocess
import sys

import numpy as np
import pytest

from nnlib.data.validation_split import validation_rows


def drawn(count: int = 1000) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    return np.random.default_rng(0).integers(0, 256, (count, 20), np.uint8)


def test_the_share_is_held_out_and_another_seed_holds_out_others() -> None:
    x = drawn()
    rows, others = (validation_rows(x, share=0.1, seed=seed) for seed in (1, 2))
    assert (rows.sum(), others.sum()) == (100, 100)
    assert (rows & others).sum() < 30


def test_every_process_holds_out_the_same_samples() -> None:
    program = (
        "import numpy as np\n"
        "from nnlib.data.validation_split import validation_rows\n"
        "x = np.random.default_rng(0).integers(0, 256, (1000, 20), np.uint8)\n"
        "print(np.flatnonzero(validation_rows(x, share=0.01, seed=3)).tolist())\n"
    )
    printed = {subprocess.check_output([sys.executable, "-c", program], text=True).strip() for _ in range(2)}
    assert printed == {str(np.flatnonzero(validation_rows(drawn(), share=0.01, seed=3)).tolist())}


def test_copies_of_a_sample_are_on_one_side() -> None:
    x = np.repeat(drawn(50), 20, axis=0)
    rows = validation_rows(x, share=0.3, seed=1).reshape(50, 20)
    assert np.all(rows == rows[:, :1])
    assert rows.sum() == 300


def test_the_samples_of_a_writer_are_on_one_side() -> None:
    writers = np.random.default_rng(1).choice(["ann", "ben", "cem", "dai", "eva"], 1000)
    rows = validation_rows(drawn(), share=0.3, seed=1, groups=writers)
    assert {len(set(rows[writers == writer])) for writer in set(writers)} == {1}
    assert 0 < rows.sum() < 1000


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_neither_side_is_ever_empty(share: float) -> None:
    rows = validation_rows(drawn(10), share=share, seed=1)
    assert 0 < rows.sum() < 10


def test_a_single_group_cannot_be_parted() -> None:
    with pytest.raises(ValueError, match="at least two groups"):
        validation_rows(np.zeros((5, 3), np.uint8), share=0.5, seed=1)
