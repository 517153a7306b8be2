"""Checkpoint -> the files that ship: weights.safetensors (f16), config.json, vocab.txt, tokens fixture.

    python export.py --data DATA --checkpoint RUN/last.pt --to FOLDER [--fixtures FOLDER]

Takes the EMA weights. The word projection and the trained word rows are folded into one tensor,
`table` [V, width]: table[i] = W word_vectors[i] + b + delta[i]. All other tensors keep the names
of net.py; matrices are in bytes (pack.py); `rope.cos` and `rope.sin` [64, head_dim / 2] (f32) are the tables for 8 x 8 patches.
"""
import argparse, json, os, shutil

import torch

from net import rope_tables
from pack import WEIGHTS, packed, write_weights
from words import COLOURS, STYLES, Tokeniser, word_vectors

PROMPTS = """cat
A cat
the cat's face
cats
kitty
kittens
Red Apple
red apples, 3d
3D
3d rocket
  rocket   3D  
ROCKET!!!
smiling-face-with-sunglasses
face with tears of joy
cherry blossom
cherries
berries
boxes
glasses
dress
running shoe
dancing
baking cake
smiled
baked potato
waved hand
can't stop
can’t stop
o'clock
rock 'n' roll
piñata
crème brûlée
CAFÉ
ｆｕｌｌ ｗｉｄｔｈ ｃａｔ
ﬁre
½ moon
10
100 points
3d cat 2 dogs
cat2
mp3
xyzzyqwv
xyzzyqwv cat
a the of

   
!!!
😀
😀 cat
cat😀dog
cat/dog_bird.fish
blue cat flat
purple dog, noto
green heart twemoji
fluent house
an emoji sticker of a dog
please draw the moon
猫
小猫
一只猫
请画一只红色的猫
蓝色的猫 立体
红苹果，扁平
树
火箭 立体
笑哭了的脸
圣诞树和雪人
戴墨镜的笑脸
流畅 披萨
粉红色的花
龘
龘猫
猫 cat
cat猫dog狗
3D猫
熊猫 panda 扁平 flat
生日蛋糕🎂
日本語の猫
カタカナ cat
한국어 cat
кот cat
Größe
cat dog bird fish horse cow pig sheep goat lion tiger bear wolf fox rabbit mouse frog snake
一只狗一只猫一只鸟一条鱼一匹马一头牛一头猪羊狮子老虎熊狼狐狸兔子老鼠青蛙蛇
cat
dog
state-of-the-art robot
""".split("\n")[:-1]


def token_fixture(tok, path):
    out = []
    prompts = [(p, None) for p in PROMPTS + ["cat\ndog\tbird", "I\u0307stanbul İ", "e\u0301clair éclair"]]
    for p, thing in prompts + [("red 3d", 0), ("", 7), ("蓝色", 1643), (PROMPTS[-6], 1000)]:
        ids, tokens, dropped, cut = tok.encode(p, thing)
        out.append(dict(prompt=p, thing=thing, tokens=tokens, ids=ids, dropped=dropped, cut=cut))
    with open(path, "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(x, ensure_ascii=False) for x in out) + "\n]\n")
    return len(out)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", required=True)
    ap.add_argument("--checkpoint")
    ap.add_argument("--to", required=True)
    ap.add_argument("--fixtures", help="folder for tokens.json")
    o = ap.parse_args()
    os.makedirs(o.to, exist_ok=True)
    shutil.copyfile(os.path.join(o.data, "vocab.txt"), os.path.join(o.to, "vocab.txt"))
    tok = Tokeniser.load(os.path.join(o.data, "vocab.txt"))
    if o.fixtures:
        os.makedirs(o.fixtures, exist_ok=True)
        print(token_fixture(tok, os.path.join(o.fixtures, "tokens.json")), "prompts in tokens.json")
    if not o.checkpoint:
        return
    ck = torch.load(o.checkpoint, map_location="cpu")
    w, c = {k: v.float() for k, v in ck["ema"].items()}, ck["config"]
    table = word_vectors(o.data) @ w.pop("word.weight").t() + w.pop("word.bias")
    delta = w.pop("delta.weight")
    table[:len(delta)] += delta
    w["table"] = table
    out = packed({k: v.half() for k, v in w.items()})
    assert all(torch.isfinite(v).all() for v in out.values())
    out["rope.cos"], out["rope.sin"] = rope_tables(c, c["grid"])
    path = os.path.join(o.to, WEIGHTS)
    digest = write_weights(out, o.to)
    config = dict(c, vocab=len(table), styles=STYLES, colours=COLOURS, samples=ck["samples"], steps=ck["step"],
                  train_seconds=round(ck["done"]), trained_px=ck["size"], weights_sha256=digest)
    with open(os.path.join(o.to, "config.json"), "w", encoding="utf-8") as f:
        json.dump(config, f, ensure_ascii=False, indent=1)
        f.write("\n")
    print(path, os.path.getsize(path), "bytes,", len(out), "tensors,", ck["samples"], "samples", ck["size"], "px")


if __name__ == "__main__":
    main()
