"""The web service of the documentation, on a real server: 16 clients at the same time get the same bits as alone."""

from __future__ import annotations

import http.client
import json
import runpy
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn

import whence
from whence import nn
from whence.training import Model

EXAMPLE = Path(__file__).parents[1] / "docs" / "serving.py"
CLIENTS, REQUESTS = 16, 8
IMAGES = whence.load("digits").test.inputs


@pytest.fixture(scope="module")
def model():
    data = whence.load("digits")
    chain = (
        nn.Conv2d(1, 4, 3, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Reshape((16, 4)),
        nn.LSTM(4, 8),
        nn.Last(),
    )
    net = nn.Sequential(*chain, nn.BatchNorm(), nn.Dropout(0.5), nn.Linear(8, 10), input_shape=(8, 8, 1), seed=1)
    return Model(net, nn.CrossEntropy(), data.preprocessing, data.classes, "digits")


@pytest.fixture(scope="module")
def service(model, tmp_path_factory):
    """The port of the service."""
    path = tmp_path_factory.mktemp("served") / "model.safetensors"
    whence.save_model(path, model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUN", str(path))
        app = runpy.run_path(str(EXAMPLE))["app"]
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
    with socket.create_server(("127.0.0.1", 0), backlog=128) as bound:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        yield bound.getsockname()[1]
        server.should_exit = True
        thread.join()


def ask(port, body, method="POST"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request(method, "/predict", body)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


def test_sixteen_clients_at_the_same_time_get_the_same_bits_as_alone(service, model):
    images = IMAGES[: CLIENTS * REQUESTS].reshape(CLIENTS, REQUESTS, 8, 8, 1)
    alone = [[model.probabilities(image).tolist() for image in mine] for mine in images]
    together = threading.Barrier(CLIENTS)

    def client(mine):
        together.wait()
        answers = [ask(service, json.dumps(image.tolist())) for image in mine]
        assert {status for status, _ in answers} == {200}
        return [json.loads(content)["outputs"] for _, content in answers]

    with ThreadPoolExecutor(CLIENTS) as clients:
        assert [*clients.map(client, images)] == alone


def test_many_samples_are_answered_in_one_request(service, model):
    images = IMAGES[:3]
    status, content = ask(service, json.dumps(images.tolist()))
    assert status == 200
    assert json.loads(content) == {"classes": list(model.classes), "outputs": model.probabilities(images).tolist()}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("[[1, 2]]", "inputs holds an array of shape (1, 2); the network takes (N, 8, 8, 1)"),
        (json.dumps([[300] * 8] * 8), "inputs holds numbers up to 300; expected pixels from 0 to 16"),
        (json.dumps([[float("nan")] * 8] * 8), "inputs holds float64 values that are not finite numbers; replace or"),
        ('{"age": [38]}', "the network was not trained on a table with named columns; give samples as an array"),
        ('[["a"]]', "inputs is [['a']]; it must be an array of real numbers"),
        ('"/etc/passwd"', "send an array, or of a table an object"),
        ("null", "send an array, or of a table an object"),
        ("", "Expecting value"),
        ("[1, ", "Expecting value"),
        (b"\xff\xff", "codec can't decode"),
        ("[" * 100_000, ""),
    ],
)
def test_a_bad_request_is_answered_with_the_sentence(service, body, said):
    status, content = ask(service, body)
    assert status == 400
    assert said in json.loads(content)["error"]


def test_another_method_is_not_allowed(service):
    assert ask(service, None, "GET")[0] == 405
