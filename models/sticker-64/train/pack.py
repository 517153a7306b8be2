"""The weights of an exported folder, its matrices in bytes.

    python pack.py --model FOLDER      rewrites weights.safetensors whose matrices are f16, and its hash in config.json

A matrix (or a kernel, whose rows are its first axis) `NAME` of at least 4,096 numbers is U8, and `NAME.scale` F16 [rows]: number
k of row r is (NAME[r, k] - 128) * NAME.scale[r]. A row's scale is its largest number over 127, so that the error of a number is
at most half a scale. The other tensors stay as they are.
"""
import argparse, hashlib, json, os

import torch
from safetensors.torch import load_file, save_file

WEIGHTS, CONFIG = "weights.safetensors", "config.json"
LEAST = 4096


def packed(tensors):
    """The tensors of a model, those in f16 that are matrices in bytes."""
    out = {}
    for name, tensor in tensors.items():
        if tensor.dtype != torch.float16 or tensor.dim() < 2 or tensor.numel() < LEAST:
            out[name] = tensor
            continue
        rows = tensor.float().reshape(len(tensor), -1)
        # f16's smallest normal number keeps a row of zeros from a scale of zero; 1.001 its rounding from a byte beyond 255.
        scale = (rows.abs().amax(1) / 127 * 1.001).clamp(min=2.0 ** -14).half()
        bytes_ = (rows / scale.float()[:, None]).round() + 128
        assert bytes_.min() >= 1 and bytes_.max() <= 255, name
        out[name], out[name + ".scale"] = bytes_.to(torch.uint8).reshape(tensor.shape), scale
    return out


def read_weights(folder):
    """All tensors of an exported folder in f32, matrices in numbers."""
    stored = load_file(os.path.join(folder, WEIGHTS))
    w = {k: v.float() for k, v in stored.items()}
    for name in [name for name, tensor in stored.items() if tensor.dtype == torch.uint8]:
        scale = w.pop(name + ".scale")
        w[name] = (w[name] - 128) * scale.reshape(-1, *[1] * (w[name].dim() - 1))
    return w


def write_weights(tensors, folder):
    """Writes the tensors as they are; returns the file's SHA-256."""
    path = os.path.join(folder, WEIGHTS)
    save_file({k: v.contiguous() for k, v in tensors.items()}, path, metadata={"format": "pt", "model": "sticker-64"})
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", required=True)
    o = ap.parse_args()
    exact = read_weights(o.model)
    digest = write_weights(packed(load_file(os.path.join(o.model, WEIGHTS))), o.model)
    stored = read_weights(o.model)
    errors = {k: ((stored[k] - v).norm() / v.norm().clamp(min=1e-9)).item() for k, v in exact.items()}
    path = os.path.join(o.model, CONFIG)
    config = json.load(open(path, encoding="utf-8"))
    with open(path, "w", encoding="utf-8") as f:
        json.dump(dict(config, weights_sha256=digest), f, ensure_ascii=False, indent=1)
        f.write("\n")
    worst = max(errors, key=errors.get)
    print(f"{os.path.getsize(os.path.join(o.model, WEIGHTS))} bytes, {digest}; error of a tensor over its length: "
          f"table {errors['table']:.4f}, largest {errors[worst]:.4f} ({worst})")


if __name__ == "__main__":
    main()
