"""ONNX Runtime on a graph of the workload that the onnx package's helper writes."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from pellucid.machine import cores

OPSET, IR = 17, 8  # of 2022: every ONNX Runtime since 1.12 reads them


def graph_of(workload) -> bytes:
    """The workload as an ONNX file, weights drawn at random, pictures (N, C, H, W)."""
    rng, nodes, arrays, name = np.random.default_rng(0), [], [], "x"

    def array(label: str, *shape: int) -> str:
        arrays.append(numpy_helper.from_array(rng.normal(0, 0.1, shape).astype(np.float32), label))
        return label

    for number, (kind, numbers, shape) in enumerate(workload.steps()):
        out, W, b = f"y{number}", f"W{number}", f"b{number}"
        match kind:
            case "dense":
                inputs = [name, array(W, shape[0], *numbers), array(b, *numbers)]
                node = helper.make_node("Gemm", inputs, [out])
            case "conv":
                filters, size, padding = numbers
                border = size // 2 if padding == "same" else 0
                inputs = [name, array(W, filters, shape[-1], size, size), array(b, filters)]
                node = helper.make_node("Conv", inputs, [out], kernel_shape=[size, size], pads=[border] * 4)
            case "pool":
                node = helper.make_node("MaxPool", [name], [out], kernel_shape=[2, 2], strides=[2, 2])
            case "relu" | "flatten":
                node = helper.make_node(kind.capitalize(), [name], [out])
        nodes.append(node)
        name = out
    height_last = [workload.in_shape[-1], *workload.in_shape[:-1]] if workload.convolutional else workload.in_shape
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, *height_last])
    y = helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, workload.layers[-1][1]])
    graph = helper.make_graph(nodes, "network", [x], [y], arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def forward(workload, binding=False):
    x, _ = workload.data()
    if workload.convolutional:
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    session = onnxruntime.InferenceSession(graph_of(workload), providers=["CPUExecutionProvider"])

    bound = session.io_binding()
    bound.bind_cpu_input("x", x)
    bound.bind_output(session.get_outputs()[0].name)

    def run(times: int) -> None:
        if binding:
            for _ in range(times):
                session.run_with_iobinding(bound)
        else:
            for _ in range(times):
                session.run(None, {"x": x})

    return run


def blas(**_):
    return {"library": "MLAS", "kernel": None, "threads": cores()}
