"""Looks a pickle's operations over without executing them: which there are, and what each would find on the stack."""

import pickletools
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from inference.errors import ArtifactError
from inference.model_files.foreign import ARRAYS, KERAS

MAX_OPERATIONS: Final = 200_000

# Everything that plain values and NumPy's arrays are written with; nothing that builds an object of a class, and
# nothing that refers outside the file.
_OPERATIONS: Final = frozenset(
    [
        "PROTO",
        "FRAME",
        "STOP",
        "MARK",
        "POP",
        "POP_MARK",
        "DUP",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
        "INT",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG",
        "LONG1",
        "LONG4",
        "FLOAT",
        "BINFLOAT",
        "UNICODE",
        "BINUNICODE",
        "SHORT_BINUNICODE",
        "BINUNICODE8",
        "STRING",
        "BINSTRING",
        "SHORT_BINSTRING",
        "BINBYTES",
        "SHORT_BINBYTES",
        "BINBYTES8",
        "BYTEARRAY8",
        "EMPTY_LIST",
        "EMPTY_TUPLE",
        "EMPTY_DICT",
        "LIST",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "DICT",
        "APPEND",
        "APPENDS",
        "SETITEM",
        "SETITEMS",
        "GET",
        "BINGET",
        "LONG_BINGET",
        "PUT",
        "BINPUT",
        "LONG_BINPUT",
        "MEMOIZE",
        "GLOBAL",
        "STACK_GLOBAL",
        "REDUCE",
        "BUILD",
    ]
)
_PYTHONS_OWN: Final = frozenset({"builtins", "__builtin__", "copyreg", "copy_reg", "operator", "functools", "_codecs"})
_LIBRARIES: Final = {
    "sklearn": "a scikit-learn estimator",
    "torch": "a PyTorch object",
    "keras": "a Keras object",
    "tensorflow": "a TensorFlow object",
    "jax": "a JAX object",
    "jaxlib": "a JAX object",
    "joblib": "an object of joblib",
}
_REMEDIES: Final = {
    "sklearn": "save its arrays with np.savez(path, **{f'coefs_{n}': w for n, w in enumerate(m.coefs_)}, "
    "**{f'intercepts_{n}': b for n, b in enumerate(m.intercepts_)})",
    "torch": 'save its arrays with safetensors.torch.save_file(model.state_dict(), "model.safetensors")',
    "keras": KERAS,
    "tensorflow": KERAS,
}
_PUTS: Final = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GETS: Final = frozenset({"GET", "BINGET", "LONG_BINGET"})
_TEXT: Final = (pickletools.pyunicode, pickletools.pybytes_or_str)


def check_operations(data: bytes, *, known: Collection[tuple[str, str]]) -> None:
    """Refuse what would harm the standard reader before it executes anything.

    Args:
        data: The pickle.
        known: Module and name of what a file may look up; the class of an object is named where it is not among them.

    Raises:
        ArtifactError: an operation that plain values do not need; a memo entry so far away that the reader would make
            room for it; or a dictionary's key that is not text, whose hash alone can take forever or end the process.
    """
    stack = _Stack()
    try:
        for count, (operation, argument, _) in enumerate(pickletools.genops(data)):
            if operation.name not in _OPERATIONS:
                found = foreign_class(data, known=known)
                what = f"contains {class_title(*found)}" if found else f"uses the pickle operation {operation.name}"
                raise ArtifactError(f"expected plain values and arrays; the file {what}")
            if count > MAX_OPERATIONS:
                raise ArtifactError(f"expected at most {MAX_OPERATIONS:,} pickle operations")
            if operation.name in _PUTS and _index(argument) > count:
                raise ArtifactError(f"expected memo entries in order; got entry {argument} after {count} operations")
            stack.apply(operation, argument)
    except ArtifactError:
        raise
    except Exception as error:  # pickletools raises many kinds on damaged data
        raise ArtifactError(f"expected a whole pickle file; {error}") from error


def foreign_class(data: bytes, *, known: Collection[tuple[str, str]]) -> tuple[str, str] | None:
    """Module and name of the class whose object a pickle seems to be; None where it looks up nothing but the `known`.

    Python's own names, which build objects of any class, count only where there is no other.
    """
    own: tuple[str, str] | None = None
    try:
        for name in _names(data):
            if name in known:
                continue
            if name[0] not in _PYTHONS_OWN:
                return name
            own = own or name
    except Exception:  # noqa: S110 -- pickletools raises many kinds on damaged data; what was found before it counts
        pass
    return own


def _names(data: bytes) -> Iterator[tuple[str, str]]:
    """Module and name of everything that a file looks up, in order, as far as they stand in it as text."""
    texts: list[str] = []
    memo: dict[int, str] = {}
    is_text = False
    for count, (operation, argument, _) in enumerate(pickletools.genops(data)):
        if count > MAX_OPERATIONS:
            return
        if operation.name in {"GLOBAL", "INST"}:
            module, _, name = str(argument).partition(" ")
            yield module, name
        elif operation.name == "STACK_GLOBAL" and len(texts) > 1:
            yield texts[-2], texts[-1]
        elif operation.name in _PUTS | {"MEMOIZE"}:
            if is_text:
                memo[len(memo) if argument is None else _index(argument)] = texts[-1]
            elif argument is None:
                memo[len(memo)] = ""
            continue
        is_text = "UNICODE" in operation.name
        if operation.name in _GETS:
            texts.append(memo.get(_index(argument), ""))
        elif is_text:
            texts.append(str(argument))
        texts = texts[-2:]


def class_title(module: str, name: str) -> str:
    """What a class or function in a pickle is, with the remedy where its library is known."""
    library = module.partition(".")[0]
    full = f"{module}.{name}"[:120]
    return f"{_LIBRARIES.get(library, 'an object')} ({full}): {_REMEDIES.get(library, ARRAYS)}"


def _index(argument: Any) -> int:
    return int(argument)


class _Stack:
    """What would be on the reader's stack, by kind; the bookkeeping of `pickletools.dis`."""

    def __init__(self) -> None:
        self._kinds: list[Any] = []
        self._memo: dict[int, Any] = {}

    def apply(self, operation: pickletools.OpcodeInfo, argument: Any) -> None:
        """Do to the kinds what `operation` would do to the values."""
        if operation.name == "SETITEM":
            self._check_keys(self._kinds[-2:])
        elif operation.name in {"SETITEMS", "DICT"}:
            self._check_keys(self._kinds[self._last_mark() + 1 :])
        elif operation.name in _PUTS:
            self._memo[_index(argument)] = self._kinds[-1]
        after: Sequence[Any] = operation.stack_after
        if operation.name == "MEMOIZE":
            self._memo[len(self._memo)] = self._kinds[-1]
            after = [self._kinds[-1]]
        elif operation.name in _GETS:
            after = [self._memo[_index(argument)]]
        self._pop(operation)
        self._kinds.extend(after)

    def _pop(self, operation: pickletools.OpcodeInfo) -> None:
        before: list[Any] = list(operation.stack_before)
        if operation.name == "POP" and self._kinds[-1] is pickletools.markobject:
            before = [pickletools.markobject]
        if pickletools.markobject in before:
            del self._kinds[self._last_mark() :]
            before = before[: before.index(pickletools.markobject)]
        taken = self._kinds[len(self._kinds) - len(before) :]
        if len(taken) < len(before) or pickletools.markobject in taken:
            raise ArtifactError(f"expected a whole pickle file; {operation.name} finds too little before it")
        del self._kinds[len(self._kinds) - len(before) :]

    def _last_mark(self) -> int:
        for index in range(len(self._kinds) - 1, -1, -1):
            if self._kinds[index] is pickletools.markobject:
                return index
        raise ArtifactError("expected a whole pickle file; a mark is missing")

    def _check_keys(self, items: Sequence[Any]) -> None:
        for kind in items[::2]:
            if kind not in _TEXT:
                raise ArtifactError(f"expected text as the keys of a dictionary; got {kind.name}")
