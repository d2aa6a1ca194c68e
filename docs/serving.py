"""A trained network as a web service: ``RUN=runs/digits-1 uvicorn serving:app``."""

import os

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

import whence

model = whence.load_model(os.environ["RUN"])
ask = model.probabilities if model.classes else model.predict


async def predict(request):
    """Answer with the probabilities of the classes, or with numbers in their own unit."""
    try:
        inputs = await request.json()
        if not isinstance(inputs, list | dict):
            raise ValueError("send an array, or of a table an object with the cells of each column by its name")
        outputs = await run_in_threadpool(ask, inputs)
        return JSONResponse({"classes": model.classes, "outputs": outputs.tolist()})
    except (ValueError, RecursionError, whence.errors.WhenceError) as error:
        return JSONResponse({"error": str(error)}, status_code=400)


app = Starlette(routes=[Route("/predict", predict, methods=["POST"])])
