"""Classes for the rows of a table by an ONNX file: ``python onnx_table.py model.onnx titanic.csv survived``."""

import json
import sys

import numpy as np
import onnxruntime
import pandas as pd

path, file, target = sys.argv[1:]
table = pd.read_csv(file)
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

inputs = {}
for column in session.get_inputs():
    cells = table[[column.name]]
    numbers = column.type == "tensor(double)"
    texts = cells.astype(str).where(cells.notna(), "")
    inputs[column.name] = cells.to_numpy(np.float64) if numbers else texts.to_numpy(object)

(probabilities,) = session.run(None, inputs)
classes = np.array(json.loads(session.get_modelmeta().custom_metadata_map["classes"]))
right = classes[probabilities.argmax(axis=1)] == table[target].astype(str)
print(f"{right.mean():.2%} of {len(table)} rows are predicted right")
