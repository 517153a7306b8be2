#!/usr/bin/env python3
"""Stable Diffusion 1.5 at its full size with random weights, as a diffusers folder: what image.py compares engines on.

    pip install torch diffusers transformers accelerate safetensors
    python benches/peers/sd15.py --to FOLDER [--reuse FOLDER]

4.3 GB in f32. The numbers are diffusers' and transformers' own initialisation, seeded; the vocabulary is CLIP's, from
this repository's assets. `--reuse` takes the UNet and the VAE of a folder that tests/fixtures/sd/bench_full_size.py
wrote, which has the same weights.
"""

import argparse
import gzip
import json
import os
import pathlib
import shutil

MERGES = pathlib.Path(__file__).parents[2] / "assets/clip/merges.txt.gz"
WEIGHTS = "diffusion_pytorch_model.safetensors"
ENDS = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}
PARTS = {
    "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
    "scheduler": ["diffusers", "EulerDiscreteScheduler"], "safety_checker": [None, None],
    "feature_extractor": [None, None], "image_encoder": [None, None],
}


def unet():
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(cross_attention_dim=768, sample_size=64)


def vae():
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=[128, 256, 512, 512], layers_per_block=2, sample_size=512, scaling_factor=0.18215,
        down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
    )


def network(to, make, reuse):
    """The configuration is written anew: the reused one does not name the picture's size."""
    import torch

    if (to / WEIGHTS).exists():
        return
    to.mkdir(parents=True, exist_ok=True)
    if reuse:
        with torch.device("meta"):
            make().save_config(to)
        try:
            os.link(reuse / WEIGHTS, to / WEIGHTS)
        except OSError:
            shutil.copy(reuse / WEIGHTS, to / WEIGHTS)
    else:
        torch.manual_seed(15)
        make().save_pretrained(to)


def text_encoder(to):
    import torch
    from safetensors.torch import save_file
    from transformers import CLIPTextConfig, CLIPTextModel

    if (to / "model.safetensors").exists():
        return
    torch.manual_seed(15)
    clip = CLIPTextModel(CLIPTextConfig(
        vocab_size=49_408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
        projection_dim=768, hidden_act="quick_gelu", bos_token_id=49_406, eos_token_id=49_407,
    ))
    clip.save_pretrained(to)
    # The names that published folders have: newer transformers leave the first part out.
    named = {f"text_model.{name.removeprefix('text_model.')}": tensor for name, tensor in clip.state_dict().items()}
    save_file({name: tensor.contiguous() for name, tensor in named.items()}, to / "model.safetensors", {"format": "pt"})


def letters():
    """What stands for the 256 bytes, in the vocabulary's order: printable ones are themselves, and first."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return [chr(c) for c in [*printable, *range(0x100, 0x144)]]


def tokenizer(to):
    to.mkdir(parents=True, exist_ok=True)
    merges = gzip.open(MERGES, "rt", encoding="utf-8").read().splitlines()[1:]
    words = [*letters(), *(f"{c}</w>" for c in letters()), *(m.replace(" ", "") for m in merges), *ENDS.values()]
    write(to / "vocab.json", {word: i for i, word in enumerate(words)})
    (to / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", "utf-8")
    ends = {**ENDS, "unk_token": ENDS["eos_token"], "pad_token": ENDS["eos_token"]}
    write(to / "tokenizer_config.json", {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, **ends})
    write(to / "special_tokens_map.json", ends)


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", required=True, type=pathlib.Path, help="weights that are there are kept")
    parser.add_argument("--reuse", type=pathlib.Path, metavar="FOLDER", help="has unet and vae")
    options = parser.parse_args()
    to, reuse = options.to, options.reuse
    network(to / "unet", unet, reuse and reuse / "unet")
    network(to / "vae", vae, reuse and reuse / "vae")
    text_encoder(to / "text_encoder")
    tokenizer(to / "tokenizer")
    from diffusers import EulerDiscreteScheduler

    # One evaluation of the network a step; Stable Diffusion's own PLMS takes one more. At these times every engine of
    # image.py draws the same picture.
    EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="linspace"
    ).save_config(to / "scheduler")
    # Last, so that a folder with it is whole.
    write(to / "model_index.json", {"_class_name": "StableDiffusionPipeline", "requires_safety_checker": False, **PARTS})


if __name__ == "__main__":
    main()
