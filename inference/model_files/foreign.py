"""Files of other programs that hold no network which we read: what each is, by its first or last bytes, and the remedy.

Nothing is unpacked, parsed or run.
"""

import re
from typing import Final

PYTORCH: Final = (
    'a PyTorch checkpoint: save its arrays with safetensors.torch.save_file(model.state_dict(), "model.safetensors")'
)
KERAS: Final = 'save its arrays with np.savez("model.npz", *model.get_weights())'
TENSORFLOW: Final = 'save its arrays with np.savez("model.npz", *[v.numpy() for v in model.variables])'
ARRAYS: Final = 'save its arrays with np.savez("model.npz", W1=…, b1=…, W2=…, b2=…)'
COMPRESSED: Final = f"unpack it first; if it is a compressed pickle, as joblib writes, load it there and {ARRAYS}"

_MATLAB: Final = f"a MATLAB file: load it in Python with scipy.io.loadmat and {ARRAYS}"

# By how a file begins; a longer beginning comes before a shorter one.
_BEGINNINGS: Final[dict[bytes, str]] = {
    b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.": PYTORCH,
    b"\x89HDF\r\n\x1a\n": f"an HDF5 file, such as Keras writes: {KERAS}",
    b"MATLAB 5.0 MAT-file": _MATLAB,
    b"MATLAB 7.3 MAT-file": _MATLAB,
    b"\xac\xed\x00\x05": f"a serialized Java object: {ARRAYS}",
    b"\x93NUMPY": f"a single NumPy array: an archive (.npz) holds all of a network's; {ARRAYS}",
    b"GGUF": f"a GGUF file, which holds a language model: {ARRAYS}",
    b"\x08\x01\x12": f"a TensorFlow SavedModel: {TENSORFLOW}",
    b"ZF0x": f"a compressed pickle of joblib: load it in Python and {ARRAYS}",
    b"\x1f\x8b": f"a gzip-compressed file: {COMPRESSED}",
    b"BZh": f"a bzip2-compressed file: {COMPRESSED}",
    b"\xfd7zXZ\x00": f"an xz-compressed file: {COMPRESSED}",
    b"\x5d\x00\x00": f"an lzma-compressed file: {COMPRESSED}",
    b"\x04\x22M\x18": f"an LZ4-compressed file: {COMPRESSED}",
    b"\x28\xb5\x2f\xfd": f"a Zstandard-compressed file: {COMPRESSED}",
    b"x\x01": f"a zlib-compressed file: {COMPRESSED}",
    b"x\x5e": f"a zlib-compressed file: {COMPRESSED}",
    b"x\x9c": f"a zlib-compressed file: {COMPRESSED}",
    b"x\xda": f"a zlib-compressed file: {COMPRESSED}",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it first",
    b"Rar!\x1a\x07": "a RAR archive: unpack it first",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"SQLite format 3\x00": "an SQLite database",
}
# By the name of a file in an archive.
_ARCHIVES: Final[dict[str, str]] = {
    "constants.pkl": f"a TorchScript file, made from a PyTorch model. Of this model, {PYTORCH.partition(': ')[2]}",
    "data.pkl": PYTORCH,
    "model.weights.h5": f"a Keras file: {KERAS}",
    "saved_model.pb": f"a TensorFlow SavedModel: {TENSORFLOW}",
    "[Content_Types].xml": "an Office document",
}
_MANY: Final = 500
_TEXT_SIZE: Final = 200
# Where the names of an archive are looked for: at its end, in the directory.
_DIRECTORY_BYTES: Final = 64 * 1024
_ENTRY: Final = b"PK\x01\x02"
_NAME_AT: Final = 46


def foreign_title(data: bytes) -> str:
    """What a file is that is not text, with the remedy; "" for one that may hold a network, or is unknown here."""
    if data.startswith(b"PK"):
        return _archive_title(entry_names(data))
    known = next((title for begin, title in _BEGINNINGS.items() if data.startswith(begin)), "")
    if data[4:8] == b"TFL3":
        known = f"a TensorFlow Lite model: load the Keras model that it was made from and {KERAS}"
    elif data[257:262] == b"ustar":
        known = "a tar archive: unpack it first"
    elif data.startswith(b"x^") and _text(data):  # as zlib begins too
        known = ""
    return known


def text_title(data: bytes) -> str:
    """What a file of text is, with the remedy; "" for anything else."""
    text = _text(data)
    begin = " ".join(text.split())[:40]
    if not begin:
        return ""
    if begin.lower().startswith(("<!doctype html", "<html")):
        return f"an HTML page, which begins with “{begin}”"
    if begin.startswith("<"):
        return f"an XML text, which begins with “{begin}”: {ARRAYS}"
    if re.match(r'[{\[]\s*(["{\[\d-]|$)', begin):
        return f"a JSON text, which begins with “{begin}”: {ARRAYS}"
    if re.match(r"[^ ,;\t]+[,;\t][^ ]+$", text.strip().splitlines()[0]):
        return f"a CSV text, which begins with “{begin}”: {ARRAYS}"
    return f"a text that begins with “{begin}”"


def entry_names(data: bytes) -> list[str]:
    """The names in the directory at the end of a zip archive, as far as 64 kB hold them."""
    end = data[-_DIRECTORY_BYTES:]
    names: list[str] = []
    at = end.find(_ENTRY)
    while at >= 0:
        length = int.from_bytes(end[at + 28 : at + 30], "little")
        names.append(end[at + _NAME_AT : at + _NAME_AT + length].decode("utf-8", errors="replace"))
        at = end.find(_ENTRY, at + _NAME_AT)
    return names


def _archive_title(names: list[str]) -> str:
    if any(name.endswith(".npy") for name in names) or not names:
        return ""
    files = {name.rpartition("/")[2] for name in names}
    if any(re.search(r"/data/[0-9]+$", name) for name in names):  # a directory of PyTorch may be longer than was read
        files.add("data.pkl")
    for file, title in _ARCHIVES.items():
        if file in files:
            return title
    if len(names) > _MANY:
        return ""
    held = ", ".join(names[:3])[:120]
    return f"a zip archive without NumPy's arrays, which holds {held}: unpack it first"


def _text(data: bytes) -> str:
    """The beginning of a file of text; "" for anything else."""
    begin = data[:_TEXT_SIZE]
    for cut in range(min(4, len(begin)) + 1):  # the last letter may be cut
        try:
            text = begin[: len(begin) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return text if all(letter.isprintable() or letter.isspace() for letter in text) else ""
    return ""
