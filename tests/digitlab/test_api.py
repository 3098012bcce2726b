"""The HTTP API, as somebody else's client meets it: over HTTP, at the running program."""

import http.client
import io
import json
import pickle
import re
import time
import urllib.request
import uuid
from typing import Any

import numpy as np
import pytest

from tests.lab import TEST_IMAGES, Lab

pytestmark = pytest.mark.processes

SEVEN = [[[60, 60], [220, 60], [130, 240]]]


@pytest.fixture(scope="module")
def run_id(lab: Lab) -> int:
    """A completed run."""
    run_id = lab.submit(epochs=3, name="The first")
    lab.wait_for(run_id, "completed")
    return run_id


@pytest.fixture(scope="module")
def version(lab: Lab, run_id: int) -> int:
    """The version of the completed run."""
    return int(lab.call("GET", f"runs/{run_id}")[1]["version"])


def raw(lab: Lab, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request with exactly these headers; an underscore in a name is a dash."""
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, {key.lower(): value for key, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def multipart(lab: Lab, path: str, data: bytes, **fields: str) -> tuple[int, Any]:
    """Upload `data` as `file`."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pickle"\r\n\r\n'
    body = b"".join([*parts, head.encode(), data, f"\r\n--{boundary}--\r\n".encode()])
    kind = f"multipart/form-data; boundary={boundary}"
    status, _, answer = raw(lab, "POST", f"/api/v1/{path}", body, Content_Type=kind)
    return status, json.loads(answer)


def details(answer: Any) -> list[tuple[list[Any], str]]:
    """The fields and sentences of a 422."""
    return [(item["loc"], item["msg"]) for item in answer["detail"]]


def original_model() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {
        "weights": [rng.uniform(-0.5, 0.5, (250, 784)), rng.uniform(-0.5, 0.5, (10, 250))],
        "biases": [rng.uniform(-0.5, 0.5, 250), rng.uniform(-0.5, 0.5, 10)],
    }


# Runs.


def test_a_submitted_run_is_answered_as_created(lab: Lab) -> None:
    status, run = lab.call(
        "POST", "runs", {"dataset": "pen-strokes", "hidden_layers": "16, 12", "epochs": 1, "name": "A"}
    )
    assert status == 201
    assert (run["name"], run["config"]["hidden_layers"], run["parameters"]) == ("A", [16, 12], 785 * 16 + 17 * 12 + 130)
    assert run["status"] == "queued"
    lab.wait_for(run["id"], "completed")


def test_a_completed_run_tells_its_version_and_numbers(lab: Lab, run_id: int) -> None:
    _, run = lab.call("GET", f"runs/{run_id}")
    assert (run["status"], run["epoch"], run["epochs"], run["progress"]) == ("completed", 3, 3, 1.0)
    assert run["title"] == "The first"
    assert run["version"] >= 1
    assert (run["can_stop"], run["can_resume"]) == (False, False)


def test_the_history_of_a_run_is_complete_and_in_order(lab: Lab, run_id: int) -> None:
    _, epochs = lab.call("GET", f"runs/{run_id}/epochs")
    assert [epoch.pop("epoch") for epoch in epochs] == [1, 2, 3]
    measures = {f"{of}_{what}" for of in ("train", "validation", "test") for what in ("error", "accuracy")}
    assert all(set(epoch) == measures | {"learning_rate", "seconds"} for epoch in epochs)


def test_the_history_after_an_epoch_leaves_out_what_is_known(lab: Lab, run_id: int) -> None:
    assert [epoch["epoch"] for epoch in lab.call("GET", f"runs/{run_id}/epochs?after=2")[1]] == [3]
    assert lab.call("GET", f"runs/{run_id}/epochs?after={10**30}") == (200, [])


def test_a_preset_fills_what_is_not_given(lab: Lab) -> None:
    status, run = lab.call("POST", "runs", {"preset": "classic", "epochs": 1, "dataset": "pen-strokes"})
    lab.call("POST", f"runs/{run['id']}/stop")
    assert status == 201
    assert (run["config"]["batch_size"], run["config"]["shuffle"], run["config"]["epochs"]) == (1, False, 1)


def test_a_run_is_stopped_resumed_and_deleted(lab: Lab) -> None:
    run_id = lab.submit(epochs=2000, batch_size=500)
    lab.wait_for(run_id, "running")
    status, run = lab.call("POST", f"runs/{run_id}/stop")
    assert (status, run["status"]) == (200, "stopping")
    stopped = lab.wait_for(run_id, "stopped")
    assert (stopped["can_stop"], stopped["can_resume"]) == (False, True)
    assert lab.call("POST", f"runs/{run_id}/resume")[1]["status"] in {"queued", "running"}
    lab.wait_for(run_id, "running")
    assert lab.call("DELETE", f"runs/{run_id}")[0] == 409
    lab.call("POST", f"runs/{run_id}/stop")
    lab.wait_for(run_id, "stopped")
    assert lab.call("DELETE", f"runs/{run_id}") == (204, None)
    assert lab.call("GET", f"runs/{run_id}")[0] == 404


@pytest.mark.parametrize("call", ["stop", "resume"])
def test_what_a_completed_run_cannot_do_is_a_conflict(lab: Lab, run_id: int, call: str) -> None:
    status, answer = lab.call("POST", f"runs/{run_id}/{call}")
    assert status == 409
    assert f"run {run_id} is completed" in answer["detail"]


def test_runs_are_listed_newest_first_page_by_page(lab: Lab, run_id: int) -> None:
    for _ in range(3):
        lab.call("POST", f"runs/{lab.submit(epochs=1)}/stop")
    found, path = [], "runs?limit=2"
    while True:
        status, page = lab.call("GET", path)
        assert (status, set(page)) == (200, {"items", "next"})
        found += [run["id"] for run in page["items"]]
        if page["next"] is None:
            break
        assert len(page["items"]) == 2
        path = f"runs?limit=2&cursor={page['next']}"
    assert found == sorted(set(found), reverse=True)
    assert len(found) >= 4
    assert run_id in found


def test_runs_are_listed_by_state(lab: Lab, run_id: int) -> None:
    _, page = lab.call("GET", "runs?status=completed&limit=200")
    assert {run["status"] for run in page["items"]} == {"completed"}
    assert run_id in [run["id"] for run in page["items"]]


BAD_RUNS: list[tuple[dict[str, Any], list[Any], str]] = [
    ({"hidden_layers": "250, abc"}, ["body", "hidden_layers"], "got 'abc'"),
    ({"hidden_layers": [10_000_000]}, ["body", "hidden_layers", 0], "at most 4,096"),
    ({"learning_rate": 0}, ["body", "learning_rate"], "greater than 0"),
    ({"learning_rate": -1}, ["body", "learning_rate"], "greater than 0"),
    ({"learning_rate": float("nan")}, ["body", "learning_rate"], "not-a-number"),
    ({"learning_rate": float("inf")}, ["body", "learning_rate"], "infinity"),
    ({"learning_rate": "fast"}, ["body", "learning_rate"], "must be a number"),
    ({"dataset": "cifar"}, ["body", "dataset"], "must be one of"),
    ({"epochs": 10**40}, ["body", "epochs"], "at most 10,000"),
    ({"colour": "red"}, ["body", "colour"], "is not a field"),
    ({"from_version": 999_999}, ["body", "from_version"], "there is no version 999999"),
    ({"from_version": 10**40}, ["body", "from_version"], "there is no version"),
    ({"preset": "slow"}, ["body", "preset"], "must be one of"),
    ({"name": "x" * 101}, ["body", "name"], "at most 100 characters"),
    ({"name": "a\x00b"}, ["body", "name"], "control characters"),
    ({"name": 3}, ["body", "name"], "must be text"),
]


@pytest.mark.parametrize(("fields", "where", "words"), BAD_RUNS)
def test_a_run_that_cannot_be_is_refused_at_its_field(
    lab: Lab, fields: dict[str, Any], where: list[Any], words: str
) -> None:
    status, answer = lab.call("POST", "runs", fields)
    assert status == 422
    ((loc, message),) = details(answer)
    assert loc == where
    assert words in message


def test_a_network_of_too_many_weights_is_refused(lab: Lab) -> None:
    status, answer = lab.call("POST", "runs", {"hidden_layers": [4096, 4096]})
    assert status == 422
    assert "at most 10,000,000 are allowed" in details(answer)[0][1]


@pytest.mark.parametrize(
    "body", [b"{", b"", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b"{" * 5000 + b'"a":']
)
@pytest.mark.parametrize("path", ["runs", "predict"])
def test_a_body_that_is_no_json_object_is_refused(lab: Lab, path: str, body: bytes) -> None:
    status, _, answer = raw(lab, "POST", f"/api/v1/{path}", body, Content_Type="application/json")
    assert status in {400, 422}
    assert json.loads(answer)["detail"]


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e999", "-1e999"])
@pytest.mark.parametrize(("path", "field"), [("runs", "epochs"), ("predict", "brush"), ("predict", "id")])
def test_an_enormous_number_is_refused(lab: Lab, path: str, field: str, number: str) -> None:
    body = f'{{"{field}": {number}}}'.encode()
    status, _, answer = raw(lab, "POST", f"/api/v1/{path}", body, Content_Type="application/json")
    assert status in {400, 422}
    assert json.loads(answer)["detail"]


NOT_THERE = ["7777777", "0", "9" * 18, "9" * 30, "9" * 4400]


@pytest.mark.parametrize("number", NOT_THERE)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "runs/{}"),
        ("GET", "runs/{}/epochs"),
        ("POST", "runs/{}/stop"),
        ("POST", "runs/{}/resume"),
        ("DELETE", "runs/{}"),
        ("GET", "versions/{}"),
        ("GET", "versions/{}/artifact"),
        ("DELETE", "versions/{}"),
    ],
)
def test_what_is_not_there_is_not_found(lab: Lab, method: str, path: str, number: str) -> None:
    status, _, answer = raw(lab, method, f"/api/v1/{path.format(number)}")
    assert status == 404
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "path",
    [
        "runs?limit=0",
        "runs?limit=201",
        "runs?limit=x",
        "runs?cursor=0",
        "runs?cursor=x",
        "runs?status=gone",
        "versions?limit=0",
        "versions?cursor=-1",
        "versions/compare",
        "versions/compare?numbers=1",
        "versions/compare?numbers=a,b",
        "versions/compare?numbers=" + ",".join(map(str, range(1, 26))),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(lab: Lab, path: str) -> None:
    status, answer = lab.call("GET", path)
    assert 400 <= status < 500
    assert answer["detail"]


@pytest.mark.parametrize("path", ["runs?cursor=" + "9" * 30, "versions?cursor=" + "9" * 30])
def test_a_cursor_beyond_everything_is_the_first_page(lab: Lab, path: str, run_id: int) -> None:
    status, page = lab.call("GET", path)
    assert status == 200
    assert page["items"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE"])
def test_a_method_that_a_call_does_not_know_is_refused(lab: Lab, method: str) -> None:
    assert raw(lab, method, "/api/v1/runs")[0] == 405


# Versions.


def test_a_version_is_shown_whole(lab: Lab, run_id: int, version: int) -> None:
    status, shown = lab.call("GET", f"versions/{version}")
    assert status == 200
    assert (shown["source"], shown["architecture"]["layer_sizes"]) == ("run", [784, 32, 10])
    assert shown["history"] == lab.call("GET", f"runs/{run_id}/epochs")[1]
    assert 0.5 < shown["metrics"]["test_accuracy"] <= 1
    assert np.array(shown["metrics"]["confusion"]).shape == (10, 10)
    assert re.fullmatch("[0-9a-f]{64}", shown["sha256"])


def test_versions_are_listed_page_by_page(lab: Lab, version: int) -> None:
    multipart(lab, "versions/import", pickle.dumps(original_model()))
    found, path = [], "versions?limit=1"
    while path:
        _, page = lab.call("GET", path)
        found += [item["number"] for item in page["items"]]
        path = f"versions?limit=1&cursor={page['next']}" if page["next"] else ""
    assert found == sorted(set(found), reverse=True)
    assert version in found


def test_only_the_notes_of_a_version_can_be_changed(lab: Lab, version: int) -> None:
    status, changed = lab.call("PATCH", f"versions/{version}", {"notes": "Mine. ✓"})
    assert (status, changed["notes"]) == (200, "Mine. ✓")
    lab.call("PATCH", f"versions/{version}", {"notes": "Again.", "number": 99, "sha256": "0"})
    assert lab.call("GET", f"versions/{version}")[1] == {**changed, "notes": "Again."}


@pytest.mark.parametrize("notes", ["x" * 10_001, None, 3, "a\x00b", "\ud800"])
def test_notes_that_cannot_be_kept_are_refused(lab: Lab, version: int, notes: Any) -> None:
    status, answer = lab.call("PATCH", f"versions/{version}", {"notes": notes})
    assert (status, bool(answer["detail"])) == (422, True)


def test_the_champion_is_not_deleted(lab: Lab, version: int) -> None:
    lab.call("PUT", "aliases/champion", {"version": version})
    status, answer = lab.call("DELETE", f"versions/{version}")
    assert status == 409
    assert "is the champion" in answer["detail"]


def test_a_version_is_deleted_and_comes_back_from_the_trash(lab: Lab, version: int) -> None:
    number = multipart(lab, "versions/import", pickle.dumps(original_model()))[1]["number"]
    assert lab.call("DELETE", f"versions/{number}") == (204, None)
    assert lab.call("GET", f"versions/{number}")[0] == 404
    assert lab.call("POST", "predict", {"strokes": SEVEN, "versions": [number]})[0] == 404
    assert number in [item["number"] for item in lab.call("GET", "versions/trash")[1]["items"]]
    status, restored = lab.call("POST", f"versions/{number}/restore")
    assert (status, restored["number"]) == (200, number)
    assert lab.call("POST", "predict", {"strokes": SEVEN, "versions": [number]})[0] == 200


def test_a_version_is_deleted_for_good_and_frees_the_disk(lab: Lab, version: int) -> None:
    network = {"weights": [np.full((10, 784), 0.125)], "biases": [np.zeros(10)]}
    imported = multipart(lab, "versions/import", pickle.dumps(network))[1]
    file = lab.data_dir / "models" / f"{imported['sha256']}.pickle"
    assert file.exists()
    assert lab.call("DELETE", f"versions/{imported['number']}?forever=true") == (204, None)
    assert not file.exists()
    assert lab.call("POST", f"versions/{imported['number']}/restore")[0] == 404


def test_the_trash_is_emptied(lab: Lab, version: int) -> None:
    network = {"weights": [np.full((10, 784), 0.25)], "biases": [np.zeros(10)]}
    imported = multipart(lab, "versions/import", pickle.dumps(network))[1]
    lab.call("DELETE", f"versions/{imported['number']}")
    status, emptied = lab.call("DELETE", "versions/trash")
    assert status == 200
    assert imported["number"] in emptied["numbers"]
    assert emptied["freed_bytes"] >= imported["size_bytes"]
    assert lab.call("GET", "versions/trash")[1]["items"] == []


def test_the_pickle_of_a_version_is_the_one_that_its_record_names(lab: Lab, version: int) -> None:
    import hashlib

    status, headers, data = raw(lab, "GET", f"/api/v1/versions/{version}/artifact")
    assert status == 200
    assert headers["content-disposition"] == f'attachment; filename="digitlab-version-{version}.pickle"'
    assert hashlib.sha256(data).hexdigest() == lab.call("GET", f"versions/{version}")[1]["sha256"]
    assert pickle.loads(data)["layers"] == [784, 32, 10]


def test_the_npz_of_a_version_holds_the_weights_of_its_pickle(lab: Lab, version: int) -> None:
    plain = pickle.loads(raw(lab, "GET", f"/api/v1/versions/{version}/artifact?format=pickle")[2])
    with np.load(io.BytesIO(raw(lab, "GET", f"/api/v1/versions/{version}/artifact?format=npz")[2])) as arrays:
        np.testing.assert_array_equal(arrays["weight_1"], plain["weights"][1])
        assert arrays["layers"].tolist() == [784, 32, 10]


@pytest.mark.parametrize("key", ["pickle", "npz", "safetensors", "onnx"])
def test_a_downloaded_file_is_imported_as_the_same_network(lab: Lab, version: int, key: str) -> None:
    _, headers, data = raw(lab, "GET", f"/api/v1/versions/{version}/artifact?format={key}")
    assert headers["content-disposition"].endswith(f'.{key}"')
    status, imported = multipart(lab, "versions/import", data)
    assert (status, imported["sha256"]) == (201, lab.call("GET", f"versions/{version}")[1]["sha256"])


def test_an_unknown_format_is_refused(lab: Lab, version: int) -> None:
    assert lab.call("GET", f"versions/{version}/artifact?format=exe")[0] == 422


def test_an_imported_version_is_measured_by_a_worker(lab: Lab) -> None:
    number = multipart(lab, "versions/import", pickle.dumps(original_model()))[1]["number"]
    deadline = time.monotonic() + 60
    while "test_accuracy" not in (metrics := lab.call("GET", f"versions/{number}")[1]["metrics"]):
        assert time.monotonic() < deadline, lab.logs()
        time.sleep(0.1)
    assert metrics["measured"] is True
    # Whichever lies there by now, where MNIST is at hand.
    images = {"mnist": 10_000, "pen-strokes": TEST_IMAGES}
    assert sum(map(sum, metrics["confusion"])) == images[metrics["tested_on"]]


def test_the_original_projects_model_is_imported_and_answers(lab: Lab) -> None:
    status, imported = multipart(lab, "versions/import", pickle.dumps(original_model()), name="The original")
    assert status == 201
    assert (imported["name"], imported["source"]) == ("The original", "import")
    pixels = np.random.default_rng(1).integers(0, 256, 784)
    y = pixels / 255
    model = original_model()
    for w, b in zip(model["weights"], model["biases"], strict=True):
        y = 1 / (1 + np.exp(-(w @ y + b)))
    _, answer = lab.call("POST", "predict", {"pixels": pixels.tolist(), "versions": [imported["number"]]})
    assert answer["results"][0]["digit"] == int(y.argmax())
    np.testing.assert_allclose(answer["results"][0]["probabilities"], y / y.sum(), atol=1e-5)


@pytest.mark.parametrize(
    "data", [b"", b"text", b"cos\nsystem\n(S'true'\ntR.", pickle.dumps({"weights": 1, "biases": 2})]
)
def test_a_file_that_is_no_model_is_refused_and_takes_no_number(lab: Lab, version: int, data: bytes) -> None:
    before = lab.call("GET", "versions?limit=1")[1]["items"][0]["number"]
    status, answer = multipart(lab, "versions/import", data)
    assert 400 <= status < 500
    assert answer["detail"]
    assert lab.call("GET", "versions?limit=1")[1]["items"][0]["number"] == before


def test_plain_arrays_are_imported_with_what_is_said_of_them(lab: Lab) -> None:
    rng = np.random.default_rng(6)
    arrays = {"W1": rng.normal(0, 0.1, (12, 784)), "b1": np.zeros((12, 1)), "W2": rng.normal(size=(10, 12))}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **arrays, b2=np.zeros((10, 1)))
    status, answer = multipart(lab, "versions/import", buffer.getvalue())
    assert (status, answer["code"]) == (422, "artifact.facts_missing")
    assert "expected activation (sigmoid, tanh, relu) and output (sigmoid, softmax)" in answer["detail"]
    status, answer = multipart(lab, "versions/import", buffer.getvalue(), activation="loud", output="softmax")
    assert (status, details(answer)[0][0]) == (422, ["form", "activation"])
    said = {"activation": "relu", "output": "softmax", "input_scale": "0..255"}
    status, imported = multipart(lab, "versions/import", buffer.getvalue(), **said)
    assert (status, imported["origin"]) == (201, {"file": "npz", "input_scale": "0..255"})
    drawn = rng.integers(0, 256, 784)
    _, answer = lab.call("POST", "predict", {"pixels": drawn.tolist(), "versions": [imported["number"]]})
    logits = arrays["W2"] @ np.maximum(arrays["W1"] @ drawn, 0)
    shares = np.exp(logits - logits.max())
    np.testing.assert_allclose(answer["results"][0]["probabilities"], shares / shares.sum(), atol=1e-4)


def test_an_import_without_a_file_is_refused(lab: Lab) -> None:
    assert lab.call("POST", "versions/import", {}) == (
        422,
        {"detail": [{"loc": ["file", "file"], "msg": "is missing"}], "code": "validation"},
    )


@pytest.mark.parametrize("name", ["x" * 101, "a\x00b"])
def test_an_import_with_a_name_that_cannot_be_kept_is_refused(lab: Lab, name: str) -> None:
    status, answer = multipart(lab, "versions/import", pickle.dumps(original_model()), name=name)
    assert status == 422
    assert details(answer)[0][0] == ["form", "name"]


def test_an_alias_is_moved(lab: Lab, version: int) -> None:
    status, alias = lab.call("PUT", "aliases/mine", {"version": version})
    assert (status, alias) == (200, {"name": "mine", "version": version})
    assert "mine" in lab.call("GET", f"versions/{version}")[1]["aliases"]


def test_an_alias_has_a_history_and_is_rolled_back_and_deleted(lab: Lab, version: int) -> None:
    other = multipart(lab, "versions/import", pickle.dumps(original_model()))[1]["number"]
    for target in (version, other):
        lab.call("PUT", "aliases/best", {"version": target})
    assert lab.call("POST", "aliases/best/rollback") == (200, {"name": "best", "version": version})
    assert lab.call("POST", "aliases/best/rollback")[0] == 409
    (line,) = [item for item in lab.call("GET", "aliases")[1]["items"] if item["name"] == "best"]
    assert (line["version"], line["moved_by"]) == (version, "local")
    assert lab.call("DELETE", "aliases/best") == (204, None)
    moves = lab.call("GET", "aliases/best/history")[1]["items"]
    steps = [(move["from"], move["to"], move["is_roll_back"]) for move in moves[::-1]]
    assert steps == [(None, version, False), (version, other, False), (other, version, True), (version, None, False)]
    assert lab.call("DELETE", "aliases/best")[0] == 404
    assert lab.call("DELETE", "aliases/champion")[0] == 409


@pytest.mark.parametrize("name", ["Mine", "1", "a%20b", "a" * 41, "a%00", "a%0A"])
def test_an_alias_that_is_no_name_is_refused(lab: Lab, version: int, name: str) -> None:
    assert 400 <= lab.call("PUT", f"aliases/{name}", {"version": version})[0] < 500


@pytest.mark.parametrize("target", [999_999, 10**30])
def test_an_alias_of_no_version_is_not_found(lab: Lab, target: int) -> None:
    status, answer = lab.call("PUT", "aliases/mine", {"version": target})
    assert (status, answer["detail"]) == (404, f"there is no version {target}")


def test_versions_are_compared_in_the_order_asked(lab: Lab, version: int) -> None:
    other = multipart(lab, "versions/import", pickle.dumps(original_model()))[1]["number"]
    status, answer = lab.call("GET", f"versions/compare?numbers={other},{version}")
    assert status == 200
    assert [item["number"] for item in answer["items"]] == [other, version]


def test_versions_that_are_not_there_cannot_be_compared(lab: Lab, version: int) -> None:
    assert lab.call("GET", f"versions/compare?numbers={version},999999")[0] == 404


# Predictions.


def predicted(lab: Lab, **request: Any) -> Any:
    status, answer = lab.call("POST", "predict", request)
    assert status == 200, answer
    return answer


def test_strokes_are_read(lab: Lab, version: int) -> None:
    answer = predicted(lab, strokes=SEVEN, versions=[version])
    (result,) = answer["results"]
    assert (result["version"], result["digit"]) == (version, int(np.argmax(result["probabilities"])))
    assert sum(result["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert len(answer["seen"]) == 784
    assert max(answer["seen"]) > 200


def test_pixels_are_taken_as_they_are(lab: Lab, version: int) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, 784).tolist()
    assert predicted(lab, pixels=pixels, versions=[version])["seen"] == pixels


def test_rows_of_pixels_are_answered_row_by_row(lab: Lab, version: int) -> None:
    rows = np.random.default_rng(3).integers(0, 256, (5, 784)).tolist()
    (result,) = predicted(lab, pixels=rows, versions=[version])["results"]
    assert len(result["digits"]) == 5
    assert np.array(result["probabilities"]).shape == (5, 10)
    single = predicted(lab, pixels=rows[3], versions=[version])["results"][0]
    assert single["digit"] == result["digits"][3]
    np.testing.assert_allclose(single["probabilities"], result["probabilities"][3], atol=1e-5)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_image_is_read(lab: Lab, version: int, kind: str) -> None:
    import base64

    from PIL import Image, ImageDraw

    image = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(image).line([(60, 60), (220, 60), (130, 240)], fill=0, width=22)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    text = base64.b64encode(buffer.getvalue()).decode()
    drawn = predicted(lab, strokes=SEVEN, versions=[version])
    seen = np.array(predicted(lab, image=text, versions=[version])["seen"], float)
    assert np.corrcoef(seen, np.array(drawn["seen"], float))[0, 1] > 0.8
    assert (
        predicted(lab, image=f"data:image/png;base64,{text}", versions=[version])["seen"] == seen.astype(int).tolist()
    )


def test_without_a_version_the_champion_is_asked(lab: Lab, version: int) -> None:
    lab.call("PUT", "aliases/champion", {"version": version})
    wait_for_meaning(lab, "champion", version)
    assert predicted(lab, strokes=SEVEN)["results"][0]["version"] == version


def test_null_is_as_good_as_leaving_out(lab: Lab, version: int) -> None:
    lab.call("PUT", "aliases/champion", {"version": version})
    wait_for_meaning(lab, "champion", version)
    nothing = dict.fromkeys(("image", "pixels", "brush", "versions", "activations", "inside", "id"))
    assert predicted(lab, strokes=SEVEN, **nothing) == predicted(lab, strokes=SEVEN)


def wait_for_meaning(lab: Lab, name: str, version: int) -> None:
    """A process may believe for a moment what an alias meant before."""
    for _ in range(100):
        if predicted(lab, strokes=SEVEN, versions=[name])["results"][0]["version"] == version:
            return
        time.sleep(0.05)
    raise AssertionError(f"{name} does not become {version}")


def test_many_versions_read_one_drawing_each_once(lab: Lab, version: int) -> None:
    other = multipart(lab, "versions/import", pickle.dumps(original_model()))[1]["number"]
    lab.call("PUT", "aliases/several", {"version": version})
    answer = predicted(lab, strokes=SEVEN, versions=[other, "several", version, str(other)])
    assert [result["version"] for result in answer["results"]] == [other, version]


def test_every_layer_is_told_when_asked(lab: Lab, version: int) -> None:
    (result,) = predicted(lab, strokes=SEVEN, versions=[version], activations=True)["results"]
    assert [len(layer) for layer in result["activations"]] == [784, 32, 10]
    assert result["activations"][-1] == pytest.approx(result["probabilities"], abs=1e-6)


def test_the_id_of_a_question_comes_back(lab: Lab, version: int) -> None:
    assert predicted(lab, strokes=SEVEN, versions=[version], id="a7")["id"] == "a7"


@pytest.mark.parametrize("ink", [{"strokes": []}, {"strokes": [[], []]}])
def test_empty_ink_is_answered_with_nothing_drawn(lab: Lab, version: int, ink: dict[str, Any]) -> None:
    status, answer = lab.call("POST", "predict", {**ink, "versions": [version]})
    assert (status, "nothing drawn" in answer["detail"]) == (422, True)


BAD_INK: list[dict[str, Any]] = [
    {},
    {"strokes": SEVEN, "pixels": [0] * 784},
    {"strokes": "abc"},
    {"strokes": [[[1]]]},
    {"strokes": [[["a", 1]]]},
    {"strokes": [[[None, 1]]]},
    {"strokes": [[[1e300, 1]]]},
    {"strokes": [[[float("nan"), 1]]]},
    {"strokes": [[[1, 2]]] * 300},
    {"strokes": [[[1, 2]] * 30_000]},
    {"strokes": SEVEN, "brush": 0},
    {"strokes": SEVEN, "brush": -3},
    {"strokes": SEVEN, "brush": float("inf")},
    {"strokes": SEVEN, "colour": "red"},
    {"strokes": SEVEN, "versions": []},
    {"strokes": SEVEN, "versions": [1] * 21},
    {"strokes": SEVEN, "versions": ["x" * 61]},
    {"strokes": SEVEN, "versions": [None]},
    {"strokes": SEVEN, "versions": [10**30]},
    {"pixels": []},
    {"pixels": [0] * 783},
    {"pixels": [300] * 784},
    {"pixels": [-1] * 784},
    {"pixels": [float("nan")] * 784},
    {"pixels": [[0] * 783]},
    {"pixels": [[]]},
    {"pixels": [[0] * 784, [0] * 783]},
    {"image": ""},
    {"image": "not base64 ("},
    {"image": "aGVsbG8="},
    {"image": "/etc/passwd"},
    {"image": "http://127.0.0.1/x.png"},
]


@pytest.mark.parametrize("ink", BAD_INK, ids=lambda ink: json.dumps(ink)[:40])
def test_ink_that_cannot_be_read_is_refused(lab: Lab, version: int, ink: dict[str, Any]) -> None:
    status, answer = lab.call("POST", "predict", {"versions": [version], **ink})
    assert status == 422
    assert answer["detail"]


@pytest.mark.parametrize("name", [999_999, "nobody", -1, 0, "../../etc/passwd", "\x00"])
def test_a_version_that_is_not_there_cannot_read(lab: Lab, name: Any) -> None:
    status, answer = lab.call("POST", "predict", {"strokes": SEVEN, "versions": [name]})
    assert status == 404
    assert answer["detail"].startswith("there is no version")


def test_a_body_that_is_too_large_is_refused(lab: Lab) -> None:
    body = b'{"image": "' + b"A" * (17 * 1024 * 1024) + b'"}'
    try:
        status, _, answer = raw(lab, "POST", "/api/v1/predict", body, Content_Type="application/json")
    except (ConnectionResetError, BrokenPipeError):  # it was hung up on before it was through
        return
    assert (status, b"at most" in answer) == (413, True)


# What else there is.


def test_the_data_sets_are_listed(lab: Lab) -> None:
    _, found = lab.call("GET", "datasets")
    assert [item["key"] for item in found["items"]] == ["mnist", "pen-strokes", "mnist+pen-strokes", "corrections"]
    assert found["items"][1]["state"] == "ready"
    assert found["next"] is None


def test_the_api_describes_every_call(lab: Lab) -> None:
    status, description = lab.call("GET", "openapi.json")
    calls = {f"{method.upper()} {path[8:]}" for path, methods in description["paths"].items() for method in methods}
    assert status == 200
    assert calls >= {
        "POST runs",
        "GET runs",
        "GET runs/{run_id}",
        "GET runs/{run_id}/epochs",
        "POST runs/{run_id}/stop",
        "POST runs/{run_id}/resume",
        "DELETE runs/{run_id}",
        "GET versions",
        "GET versions/{number}",
        "PATCH versions/{number}",
        "DELETE versions/{number}",
        "GET versions/{number}/artifact",
        "POST versions/import",
        "POST versions/{number}/rescale",
        "PUT aliases/{name}",
        "GET versions/compare",
        "POST predict",
        "POST corrections",
        "GET corrections",
        "PATCH corrections/{correction_id}",
        "DELETE corrections/{correction_id}",
        "GET datasets",
    }


def test_the_docs_page_takes_nothing_from_another_host(lab: Lab) -> None:
    with urllib.request.urlopen(f"{lab.url}/api/v1/docs") as response:
        page = response.read().decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert re.match("/([^/]|$)", address), address
        with urllib.request.urlopen(lab.url + address) as response:
            assert response.status == 200


@pytest.mark.parametrize("path", ["nothing", "runs/first", "runs/", "versions/champion", "aliases/a/b"])
def test_an_address_that_is_none_is_not_found(lab: Lab, path: str) -> None:
    assert lab.call("GET", path) == (404, {"detail": "there is nothing at this address", "code": "not_found"})


@pytest.mark.parametrize("path", ["runs", "predict", "corrections"])
def test_a_body_that_is_no_object_is_refused_in_plain_words(lab: Lab, path: str) -> None:
    status, answer = lab.call("POST", path, [1])
    assert status == 422
    assert answer["detail"][0]["msg"] == "must be a JSON object of fields; got [1]"


@pytest.mark.parametrize("path", ["runs", "predict"])
def test_a_method_that_is_not_served_is_told_which_are(lab: Lab, path: str) -> None:
    status, answer = lab.call("PUT", path, {})
    assert status == 405
    assert re.fullmatch(r"expected .*POST.*; got PUT", answer["detail"])


# Who may ask.


@pytest.mark.parametrize("path", ["/api/v1/runs", "/api/v1/predict", "/api/v1/versions", "/", "/runs/", "/healthz"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "a b", "[::1"])
def test_a_foreign_host_is_refused(lab: Lab, path: str, host: str) -> None:
    method = "POST" if path.endswith("predict") else "GET"
    assert raw(lab, method, path, Host=host)[0] in {400, 403}


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://", "http://[", "http://[::1", "x" * 3000]
)
@pytest.mark.parametrize("path", ["runs", "predict", "versions/import"])
def test_a_foreign_origin_is_refused(lab: Lab, path: str, origin: str) -> None:
    body = json.dumps({"dataset": "pen-strokes", "strokes": SEVEN}).encode()
    status, _, answer = raw(lab, "POST", f"/api/v1/{path}", body, Origin=origin, Content_Type="application/json")
    assert status == 403
    assert "expected a request from this site" in json.loads(answer)["detail"]


def test_our_own_origin_is_accepted(lab: Lab, version: int) -> None:
    body = {"strokes": SEVEN, "versions": [version]}
    assert lab.call("POST", "predict", body, {"Origin": lab.url})[0] == 200


def test_a_client_that_is_no_browser_needs_no_origin(lab: Lab) -> None:
    status, _, _ = raw(lab, "GET", "/api/v1/runs")
    assert status == 200


def test_localhost_is_us_too(lab: Lab) -> None:
    assert raw(lab, "GET", "/api/v1/runs", Host=f"localhost:{lab.port}")[0] == 200


def test_an_empty_filter_and_cursor_mean_none(lab: Lab) -> None:
    assert lab.call("GET", "runs?status=&limit=5&cursor=")[0] == 200


@pytest.mark.parametrize("path", ["/api/v1/predict", "/api/v1/corrections", "/api/v1/runs"])
def test_a_document_of_too_many_lists_is_refused_unparsed(client: Any, path: str) -> None:
    body = b'{"strokes": [[' + b"[0, 0]," * 200_001 + b"[0, 0]]]}"
    answer = client.post(path, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation")
    assert answer.json()["detail"] == "expected at most 200,000 points, lists and objects; got 200,005"
