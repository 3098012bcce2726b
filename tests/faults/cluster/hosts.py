"""Hosts on a switch: each a network namespace and a process tree, joined to a bridge by a cable (a veth pair)."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.faults.cluster import namespaces
from tests.lab import ROOT
from tests.processes import alive, children, signal_all, until

BRIDGE: Final = "lab"
OWN_ADDRESS: Final = "10.77.0.254"
OWN_HARDWARE: Final = "02:00:00:00:00:fe"
NO_HARDWARE: Final = "02:00:00:00:00:ff"
# The first process of a host; what loses its parent becomes its child, and is reaped.
INIT: Final = """
import os, signal, socket, sys

def reap(*_):
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass

socket.sethostname(sys.argv[1])
signal.signal(signal.SIGCHLD, reap)
print("up", flush=True)
while True:
    signal.pause()
"""


class Host:
    """One machine; `number` gives it its address."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self.address = name, f"10.77.0.{number}"
        self.hardware = f"02:00:00:00:00:{number:02x}"
        self.plug = f"port{number}"
        self.init = 0
        self._namespaces: subprocess.Popen[bytes] | None = None

    @property
    def prefix(self) -> list[str]:
        """The start of a command that runs on it, in the folder of the code."""
        return [*namespaces.inside(self.init), "env", f"--chdir={ROOT}"]

    @property
    def is_up(self) -> bool:
        """Whether it has power."""
        return bool(self.init and alive([self.init]))

    def power_on(self) -> None:
        """Start its first process."""
        command = [*namespaces.private(is_nested=True), sys.executable, "-c", INIT, self.name]
        self._namespaces = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._namespaces.stdout is not None
        assert self._namespaces.stdout.readline() == b"up\n", f"{self.name} did not start"
        (self.init,) = children(self._namespaces.pid)

    def power_off(self) -> None:
        """Kill everything on it at once: the kernel ends a process tree with its first process."""
        if self._namespaces is not None:
            signal_all([self.init], signal.SIGKILL)
            self._namespaces.wait(30)
            if self._namespaces.stdout:
                self._namespaces.stdout.close()
            self._namespaces, self.init = None, 0

    def check(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a command to its end; what it printed.

        Raises:
            AssertionError: it failed.
        """
        done = subprocess.run(
            [*self.prefix, *command], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{self.name}: {command}: {done.stdout[-1000:]}{done.stderr[-3000:]}"
        return done.stdout

    def spawn(self, *command: str, environment: Mapping[str, str], log: Path) -> "Service":
        """Start a command that goes on."""
        with log.open("ab") as file:
            outside = subprocess.Popen(
                [*self.prefix, *command], env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )
        return Service(outside)


class Service:
    """A process of a host, beside the one outside of it that waits for its end."""

    def __init__(self, outside: subprocess.Popen[bytes]) -> None:
        self._outside = outside
        self._pid = 0

    @property
    def pid(self) -> int:
        """Its number, as this process numbers it."""
        self._pid = self._pid or until(lambda: next(iter(children(self._outside.pid)), 0), what="a process of a host")
        return self._pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._outside.poll() is None

    def kill(self) -> None:
        """Kill it, if it lives."""
        if self.is_alive:
            signal_all([self.pid], signal.SIGKILL)
        self._outside.wait(30)


class Network:
    """The switch, in the namespace of this process, and its hosts."""

    def __init__(self, hosts: list[Host]) -> None:
        self.hosts = hosts
        _ip("link set lo up")
        _ip(f"link add name {BRIDGE} address {OWN_HARDWARE} type bridge")
        _ip(f"address add {OWN_ADDRESS}/24 dev {BRIDGE}")
        _ip(f"link set {BRIDGE} up")

    def remove(self) -> None:
        """Remove the switch."""
        _ip(f"link delete {BRIDGE}")

    def start(self, host: Host) -> None:
        """Give a host power and a cable."""
        _remove_cable(host)
        host.power_on()
        _ip(f"link add name {host.plug} type veth peer name eth0 address {host.hardware} netns {host.init}")
        for command in (
            "link set lo up",
            f"address add {host.address}/24 dev eth0",
            "link set eth0 up",
            *(_neighbour(one.address, one.hardware) for one in self.hosts if one is not host),
            _neighbour(OWN_ADDRESS, OWN_HARDWARE),
        ):
            _ip_on(host, command)
        _ip(_neighbour(host.address, host.hardware).replace("eth0", BRIDGE))
        self.plug_in(host)

    def plug_in(self, host: Host) -> None:
        """Let the host's packets pass."""
        _ip(f"link set {host.plug} master {BRIDGE} up")

    def cut_off(self, host: Host) -> None:
        """Drop the host's packets, both ways, without a word to either side: its cable still has a signal."""
        _ip(f"link set {host.plug} nomaster")

    def cut_between(self, one: Host, other: Host) -> None:
        """Drop what these two send each other."""
        _ip_on(one, _neighbour(other.address, NO_HARDWARE))
        _ip_on(other, _neighbour(one.address, NO_HARDWARE))

    def join(self, one: Host, other: Host) -> None:
        """Undo `cut_between`."""
        _ip_on(one, _neighbour(other.address, other.hardware))
        _ip_on(other, _neighbour(one.address, one.hardware))

    def kill(self, host: Host) -> None:
        """Take cable and power from a host at one moment: no connection of its processes is closed."""
        self.cut_off(host)
        host.power_off()
        _remove_cable(host)


def _remove_cable(host: Host) -> None:
    """Remove it if it is there: the kernel does so with the namespace, but later."""
    subprocess.run(["ip", "link", "delete", host.plug], stderr=subprocess.DEVNULL, check=False)


def _neighbour(address: str, hardware: str) -> str:
    """Fixed, as behind a router: a host that is gone is not reported as unreachable, its packets vanish."""
    return f"neighbour replace {address} lladdr {hardware} dev eth0 nud permanent"


def _ip_on(host: Host, command: str) -> None:
    _run([*namespaces.inside(host.init), "ip", *command.split()])


def _ip(command: str) -> None:
    _run(["ip", *command.split()])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
