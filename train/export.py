"""Makes the file that ships of trained weights: ONNX, fused for the CPU, in eight bits.

The products are quantised by blocks of 64 weights, and what they are multiplied with row by row (MatMulNBits), so that
a message is read the same whatever stands beside it; with one scale for a whole batch (dynamic quantisation) the scores
of a message moved by up to .8 with its neighbours.

`python -m train.export RUN OUT` reads `RUN/weights.pt` and writes `OUT/encoder.onnx` and `OUT/tokenizer.json`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model

from train.fit import HEADS, Net, encoder_of


def to_onnx(net: Net, path: Path) -> None:
    """The net as plain ONNX with any number of rows and pieces."""
    ids = torch.randint(1000, 2000, (2, 9))
    example = (ids, torch.ones_like(ids), torch.zeros_like(ids))
    axes = {name: {0: "rows", 1: "pieces"} for name in ("ids", "mask", "kinds")} | {"scores": {0: "rows"}}
    torch.onnx.export(
        net, example, str(path), input_names=["ids", "mask", "kinds"], output_names=["scores"], dynamic_axes=axes,
        opset_version=17, dynamo=False,
    )  # fmt: skip


def main(run: Path, out: Path) -> None:
    """Write the files."""
    net = Net(len(HEADS), attention="eager")
    net.load_state_dict(torch.load(run / "weights.pt", weights_only=True))
    net.eval()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole, fused = Path(folder) / "whole.onnx", Path(folder) / "fused.onnx"
        to_onnx(net, whole)
        options = FusionOptions("bert")
        options.enable_embed_layer_norm = False
        options.use_multi_head_attention = True  # keeps its products apart, so that they become eight bits too
        model = optimize_model(
            str(whole), model_type="bert", num_heads=12, hidden_size=384, optimization_options=options
        )
        model.save_model_to_file(str(fused))
        products = MatMulNBitsQuantizer(
            onnx.load(str(fused)), bits=8, block_size=64, is_symmetric=True, accuracy_level=4
        )
        products.process()
        products.model.save_model_to_file(str(fused))
        quantize_dynamic(
            fused, out / "encoder.onnx", weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"],
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip
    encoder_of().save(str(out / "tokenizer.json"), pretty=False)
    print({path.name: path.stat().st_size for path in sorted(out.iterdir())})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
