"""Checkpoint -> the file that ships, and what the Rust network is held against.

    python export.py --checkpoint RUN/last.pt --to models/crisp-8x --fixtures tests/fixtures/crisp-8x

Takes the EMA weights, in f16. The fixture has a random 16 x 16 picture and what the network (with the rounded weights, in
f32) makes of it, channels last.
"""
import argparse, os

import torch
from safetensors.torch import save_file

from crisp import Crisp


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--checkpoint", required=True)
    ap.add_argument("--to", required=True)
    ap.add_argument("--fixtures", required=True)
    o = ap.parse_args()
    half = {k: v.half().contiguous() for k, v in torch.load(o.checkpoint, map_location="cpu")["ema"].items()}
    save_file(half, os.path.join(o.to, "weights.safetensors"))
    net = Crisp()
    net.load_state_dict({k: v.float() for k, v in half.items()})
    x = torch.rand(1, 4, 16, 16, generator=torch.Generator().manual_seed(5))
    x = torch.cat([torch.minimum(x[:, :3], x[:, 3:]), x[:, 3:]], 1)
    with torch.no_grad():
        y = net(x)
    os.makedirs(o.fixtures, exist_ok=True)
    channels_last = lambda t: t.permute(0, 2, 3, 1).contiguous()
    save_file({"x": channels_last(x), "y": channels_last(y)}, os.path.join(o.fixtures, "forward.safetensors"))
    print(sum(v.numel() for v in half.values()), "parameters; output from", y.min().item(), "to", y.max().item())


if __name__ == "__main__":
    main()
