"""Parity fixtures for another implementation, from an exported folder.

    python fixtures.py --model FOLDER --to FOLDER

f32 arithmetic on the CPU with the f16 weights. Writes, all with batch 1:
    text.safetensors     NAME.words [L, W], NAME.mean [W] and NAME.rough [16, 16, C] of three prompts (prompts in
                         the metadata)
    time.safetensors     t [3], time [3, W] (before the text is added)
    forward.safetensors  x [1,64,64,4], t [1], words [L, W], cond [1, W], mod, conv_mod, hat [1,64,64,4]
    blocks.safetensors   the same forward, step by step: conv_in.0.input/.output, skip, tokens (words and
                         patches before block 0), block.I.output, conv_out.0.input, conv_out.output (all f16:
                         compare with a tolerance of 1e-3 of the largest value)
    sample.safetensors   24 Euler steps, guidance 3: times [25], noise, x.3, x.6 .. x.24 [1,64,64,4]; prompt,
                         negative prompt in the metadata (8 steps enlarge f32's own rounding 400 times)
"""
import argparse, os

import torch
from safetensors.torch import save_file

from net import rope_tables
from sample import load, sample, text, times

TEXTS = {"en": "red apple 3d", "zh": "蓝色的猫 立体", "empty": ""}


@torch.no_grad()
def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", required=True)
    ap.add_argument("--to", required=True)
    o = ap.parse_args()
    os.makedirs(o.to, exist_ok=True)
    net, table, tok = load(o.model)

    def save(name, tensors, **meta):
        save_file({k: v.contiguous().clone() for k, v in tensors.items()}, os.path.join(o.to, name + ".safetensors"), metadata=meta or None)

    out = {}
    for name, prompt in TEXTS.items():
        words, valid = text([prompt], table, tok)
        out[name + ".words"], out[name + ".mean"] = words[0], words[0].mean(0)
        out[name + ".rough"] = net.rough(words, valid, 2 * net.c["grid"])[0]
    save("text", out, **TEXTS)
    t = torch.tensor([0.0, 0.37, 0.99])
    save("time", {"t": t, "time": net.time(t)})

    seen = {}

    def keep(name, module, of_input=False):
        def hook(m, args, result):
            if of_input:
                seen[name + ".input"] = args[0]
            seen[name + ".output"] = result
        return module.register_forward_hook(hook)

    hooks = [keep("conv_in.0", net.conv_in[0], True), keep("skip", net.conv_in[-1]), keep("blocks.0", net.blocks[0], True),
             *[keep(f"block.{i}", b) for i, b in enumerate(net.blocks)],
             keep("conv_out.0", net.conv_out[0], True), keep("conv_out", net.conv_out[-1])]
    words, valid = text([TEXTS["en"]], table, tok)
    x = torch.randn(1, 64, 64, 4, generator=torch.Generator().manual_seed(7))
    t = torch.tensor([0.4])
    hat = net(x, t, words, valid, *rope_tables(net.c, net.c["grid"]))
    for h in hooks:
        h.remove()
    cond = net.condition(t, words, valid)
    save("forward", {"x": x, "t": t, "words": words[0], "cond": cond, "mod": net.mod(cond), "conv_mod": net.conv_mod(cond),
                     "hat": hat}, prompt=TEXTS["en"])
    seen["skip"] = seen.pop("skip.output")
    seen["tokens"] = seen.pop("blocks.0.input")
    seen.pop("blocks.0.output"), seen.pop("conv_out.0.output")
    save("blocks", seen)

    noise, trace = torch.randn(1, 64, 64, 4, generator=torch.Generator().manual_seed(3)), []
    sample(net, table, tok, [TEXTS["zh"]], noise, steps=24, guidance=3.0, negative="dog", trace=trace)
    save("sample", {"times": torch.tensor(times(24)), "noise": noise} | {f"x.{k + 1}": z for k, z in enumerate(trace) if k % 3 == 2},
         prompt=TEXTS["zh"], negative="dog", guidance="3", steps="24")
    print({f: os.path.getsize(os.path.join(o.to, f)) for f in sorted(os.listdir(o.to))})


if __name__ == "__main__":
    main()
