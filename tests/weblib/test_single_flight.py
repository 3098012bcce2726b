"""Who shares a read, and who must not."""

import asyncio

import pytest

from weblib.single_flight import SingleFlight


class Slow:
    """A read that counts its calls and answers when it is let."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.gate = asyncio.Event()

    async def read(self, key: int) -> str:
        self.calls.append(key)
        number = len(self.calls)
        await self.gate.wait()
        return f"{key}: {number}"


def test_all_who_ask_at_once_share_one_read() -> None:
    async def story() -> None:
        slow = Slow()
        slow.gate.set()
        reads = SingleFlight(slow.read)
        assert await asyncio.gather(*(reads(7) for _ in range(200))) == ["7: 1"] * 200
        assert slow.calls == [7]

    asyncio.run(story())


def test_whoever_asks_while_a_read_is_under_way_gets_the_next() -> None:
    async def story() -> None:
        slow = Slow()
        reads = SingleFlight(slow.read)
        first = asyncio.create_task(reads(7))
        await asyncio.sleep(0.01)
        later = [asyncio.create_task(reads(7)) for _ in range(3)]
        await asyncio.sleep(0.01)
        assert slow.calls == [7]
        slow.gate.set()
        assert await first == "7: 1"
        assert await asyncio.gather(*later) == ["7: 2"] * 3

    asyncio.run(story())


def test_other_arguments_are_another_read() -> None:
    async def story() -> None:
        slow = Slow()
        slow.gate.set()
        reads = SingleFlight(slow.read)
        assert list(await asyncio.gather(reads(1), reads(2))) == ["1: 1", "2: 2"]

    asyncio.run(story())


def test_one_who_leaves_does_not_take_the_answer_from_the_others() -> None:
    async def story() -> None:
        slow = Slow()
        reads = SingleFlight(slow.read)
        leaver, stayer = asyncio.create_task(reads(7)), asyncio.create_task(reads(7))
        await asyncio.sleep(0.01)
        leaver.cancel()
        slow.gate.set()
        assert await stayer == "7: 1"

    asyncio.run(story())


def test_everybody_gets_the_error_and_the_next_read_is_a_fresh_one() -> None:
    async def story() -> None:
        calls = 0

        async def fail_once(_key: int) -> str:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise LookupError("gone")
            return "back"

        reads = SingleFlight(fail_once)
        results = await asyncio.gather(reads(7), reads(7), return_exceptions=True)
        assert [type(result) for result in results] == [LookupError, LookupError]
        assert await reads(7) == "back"

    asyncio.run(story())


@pytest.mark.parametrize("rounds", [3])
def test_nothing_is_kept_of_reads_that_are_over(rounds: int) -> None:
    async def story() -> None:
        slow = Slow()
        slow.gate.set()
        reads = SingleFlight(slow.read)
        for _ in range(rounds):
            await reads(7)
        assert not reads._gathering
        assert not reads._reading

    asyncio.run(story())
