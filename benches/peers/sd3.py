#!/usr/bin/env python3
"""A transformer of Stable Diffusion 3's kind with random weights, as a diffusers folder: what image.py compares engines on.

    pip install torch diffusers transformers accelerate safetensors
    python benches/peers/sd3.py --to FOLDER [--layers 12] [--heads 18]

The transformer is as large as is asked for: 12 layers of 18 heads of 64 are 0.5 billion numbers, 2 GB in f32. Text
encoders and VAE are the small ones of tests/fixtures/pipelines/sd3, so that a step is the transformer and little else.
"""

import argparse
import json
import pathlib
import shutil

SMALL = pathlib.Path(__file__).parents[2] / "tests/fixtures/pipelines/sd3"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", required=True, type=pathlib.Path)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--heads", type=int, default=18)
    options = parser.parse_args()

    import torch
    from diffusers import SD3Transformer2DModel

    shutil.copytree(SMALL, options.to, ignore=shutil.ignore_patterns("transformer", "expected*"), dirs_exist_ok=True)
    config = json.loads((SMALL / "transformer/config.json").read_text("utf-8"))
    config |= {
        "num_layers": options.layers, "num_attention_heads": options.heads, "attention_head_dim": 64,
        "caption_projection_dim": 64 * options.heads, "dual_attention_layers": (), "sample_size": 64,
        "pos_embed_max_size": 96,
    }
    torch.manual_seed(3)
    made = SD3Transformer2DModel(**{name: value for name, value in config.items() if not name.startswith("_")})
    made.save_pretrained(options.to / "transformer")
    print(f"{sum(p.numel() for p in made.parameters()) / 1e6:.0f} million numbers")


if __name__ == "__main__":
    main()
