#!/usr/bin/env python3
"""Language models to compare engines on: one of each type that matrices are commonly kept in.

    pip install "llama-cpp-python>=0.3,<0.4" gguf numpy
    python benches/peers/models.py --from FILE.gguf --to FOLDER

FILE.gguf is a small language model, such as SmolLM2 135M. Two sets are made of it, by llama.cpp's own quantiser:
NAME-TYPE.gguf, the model itself by llama.cpp's usual recipes; and random-TYPE.gguf, a network of Llama's shape with
random weights and FILE's vocabulary, whose matrices are all of that one type. See ../README.md.
"""

import argparse
import ctypes
import os
import pathlib
import sys

# The types, and the numbers of llama.cpp's recipes for them (`enum llama_ftype`).
RECIPES = {
    "Q4_0": ("Q4_0", 2), "Q4_1": ("Q4_1", 3), "Q5_0": ("Q5_0", 8), "Q4_K": ("Q4_K_M", 15), "Q5_K": ("Q5_K_M", 17),
    "Q6_K": ("Q6_K", 18), "Q8_0": ("Q8_0", 7), "F16": ("F16", 1),
}
# Every row is a multiple of 256, the block of the K types: 576, as SmolLM2 135M has it, is not.
WIDTH, HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD = 1024, 2816, 16, 16, 4, 64
CONTEXT = 8192


def vocabulary(reader):
    """What the file says of its tokens."""
    return [field for field in reader.fields.values() if field.name.startswith("tokenizer.")]


def random_model(source, to):
    """A model that no one trained: its answers mean nothing, its products take as long as any other's."""
    import gguf
    import numpy

    reader = gguf.GGUFReader(source)
    tokens = len(reader.fields["tokenizer.ggml.tokens"].data)
    writer = gguf.GGUFWriter(to, "llama")
    writer.add_name("random")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HEAD)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(tokens)
    for field in vocabulary(reader):
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)

    draw = numpy.random.default_rng(15)

    def matrix(name, rows, columns, gain=1.0):
        # Each row's product with numbers near 1 is near `gain`.
        weights = draw.standard_normal((rows, columns), dtype=numpy.float32) * (gain / columns**0.5)
        writer.add_tensor(f"{name}.weight", weights.astype(numpy.float16))

    def norm(name):
        writer.add_tensor(f"{name}.weight", 1 + 0.1 * draw.standard_normal(WIDTH, dtype=numpy.float32))

    # What a layer adds is small beside what it adds to, so that sixteen of them stay within bounds.
    added = (2 * LAYERS) ** -0.5
    matrix("token_embd", tokens, WIDTH)
    for i in range(LAYERS):
        at = f"blk.{i}"
        norm(f"{at}.attn_norm")
        matrix(f"{at}.attn_q", HEADS * HEAD, WIDTH)
        matrix(f"{at}.attn_k", KV_HEADS * HEAD, WIDTH)
        matrix(f"{at}.attn_v", KV_HEADS * HEAD, WIDTH)
        matrix(f"{at}.attn_output", WIDTH, HEADS * HEAD, added)
        norm(f"{at}.ffn_norm")
        matrix(f"{at}.ffn_gate", HIDDEN, WIDTH)
        matrix(f"{at}.ffn_up", HIDDEN, WIDTH)
        matrix(f"{at}.ffn_down", WIDTH, HIDDEN, added)
    norm("output_norm")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantise(source, to, recipe, threads, pure):
    import llama_cpp

    params = llama_cpp.llama_model_quantize_default_params()
    params.nthread = threads
    params.ftype = recipe
    params.allow_requantize = True
    params.pure = pure
    if llama_cpp.llama_model_quantize(str(source).encode(), str(to).encode(), ctypes.byref(params)) != 0:
        sys.exit(f"llama.cpp cannot make {to.name} of {source}")


def types(path):
    """The types of a file's matrices, and how many there are of each."""
    import gguf

    counts = {}
    for tensor in gguf.GGUFReader(path).tensors:
        if len(tensor.shape) > 1:
            counts[tensor.tensor_type.name] = counts.get(tensor.tensor_type.name, 0) + 1
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items(), key=lambda it: -it[1]))


def made(to, make):
    """Makes the file unless it is there. Half a file never has its name."""
    if not to.exists():
        part = to.with_suffix(".part")
        make(part)
        os.replace(part, to)
    print(f"{to.name}: {to.stat().st_size / 1e6:.0f} MB, {types(to)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", required=True, type=pathlib.Path, metavar="FILE.gguf")
    parser.add_argument("--to", required=True, type=pathlib.Path, metavar="FOLDER", help="files that are there are kept")
    parser.add_argument("--types", default=",".join(RECIPES), help="which of them (all)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    wanted = options.types.split(",")
    if unknown := [name for name in wanted if name not in RECIPES]:
        parser.error(f"--types knows {', '.join(RECIPES)}, not {', '.join(unknown)}")

    import llama_cpp

    quiet = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(quiet, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    options.to.mkdir(parents=True, exist_ok=True)
    # `SmolLM2-135M-Instruct.Q4_1` and `smollm2-q4_1` are known by what comes before their type.
    name = options.source.stem.split(".")[0]
    random = options.to / "random-F16.gguf"
    made(random, lambda part: random_model(options.source, part))
    for kind in wanted:
        recipe, number = RECIPES[kind]
        made(
            options.to / f"{name}-{recipe}.gguf",
            lambda part: quantise(options.source, part, number, options.threads, pure=False),
        )
        if kind != "F16":
            made(
                options.to / f"random-{kind}.gguf",
                lambda part: quantise(random, part, number, options.threads, pure=True),
            )


if __name__ == "__main__":
    main()
