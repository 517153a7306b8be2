"""The prompt tokeniser and the word table.

    python words.py --data DATA --minilm FOLDER --out DATA

Writes DATA/vocab.txt (one token a line, id = line number from 0) and DATA/base.npy (f16 [V, 384]);
looks.py comes next.

The rule (a second implementation must agree on fixtures/tokens.json):
 1. Unicode NFKD, then lower case, then drop combining marks U+0300..U+036F.
 2. Walk the characters. [a-z0-9] makes latin runs; the apostrophes ' and U+2019 inside a run are
    dropped without ending it. U+3400..U+4DBF and U+4E00..U+9FFF make Chinese runs. Anything else
    ends the run.
 3. A latin run in STOP_EN gives nothing. In the vocabulary it is a token. Otherwise the first
    candidate of at least 2 characters in the vocabulary, of: -ies -> -y; drop -es; drop -s;
    drop -ing; -ing -> -e; drop -ed; -ed -> -e (each only if the run ends so). Otherwise dropped.
 4. A Chinese run is cut from the left: the longest of 4, 3, 2, 1 characters that is in STOP_ZH
    (gives nothing) or in the vocabulary (a token); if none, one character is dropped.
 5. The first 16 tokens count; the rest are cut. No token at all means the single token <null>.
Token 0 is <pad>, token 1 is <null>, and each thing has a token of its own, <0> <1> ... by its number in things.tsv, for
prompts of which it is known what they show, and another, `<0:flat>` `<0:noto>` ..., for each style in which it was learned; none of
these can be typed. A thing's token goes before the words of its prompt: the one of the prompt's style word where there is one.
"""
import argparse, json, os, re, unicodedata

MAX_TOKENS = 16
LOOKS_SCALE = 2.0  # brings the picture codes of looks.py to the size of the MiniLM vectors
SPECIAL = ["<pad>", "<null>"]
STOP_EN = set("a an the of and or with in on at to for from by is are it its this that as be s "
              "please draw drawing image sticker emoji".split())
STOP_ZH = set("的 了 着 和 与 在 是 请 一只 一个 一张 一朵 一辆 一条 一颗 一匹 一头 一座 一把 一幅 一杯 一块 一片 一棵 一位".split())
STYLES = {"flat": "扁平", "fluent": "流畅", "3d": "立体", "noto": "诺托", "twemoji": "推特"}
# what else it was shown; a picture of these sets is known by these words
MORE = {"blob": "团子", "fxemoji": "火狐", "emojione": "表情一"}
ALL_STYLES = STYLES | MORE
COLOURS = {"red": "红色", "orange": "橙色", "yellow": "黄色", "green": "绿色", "cyan": "青色", "blue": "蓝色",
           "purple": "紫色", "pink": "粉色", "brown": "棕色", "black": "黑色", "white": "白色", "gray": "灰色"}
EXTRA_ZH = {"红": "red", "橙": "orange", "黄": "yellow", "绿": "green", "青": "cyan", "蓝": "blue", "紫": "purple",
            "粉": "pink", "棕": "brown", "黑": "black", "白": "white", "灰": "gray", "粉红": "pink", "橘色": "orange",
            "褐色": "brown", "粉红色": "pink"}
SUFFIXES = [("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e")]


def is_cjk(c):
    return "\u3400" <= c <= "\u4dbf" or "\u4e00" <= c <= "\u9fff"


def runs(text):
    """[(is_chinese, run)] by rules 1 and 2."""
    text = unicodedata.normalize("NFKD", text).lower()
    out, cur, kind = [], "", None
    for c in text:
        if "\u0300" <= c <= "\u036f":
            continue
        if c in "'\u2019" and kind == "latin":
            continue
        k = "latin" if ("a" <= c <= "z" or "0" <= c <= "9") else "cjk" if is_cjk(c) else None
        if k != kind:
            if cur:
                out.append((kind == "cjk", cur))
            cur, kind = "", k
        if k:
            cur += c
    if cur:
        out.append((kind == "cjk", cur))
    return out


class Tokeniser:
    def __init__(self, vocab):
        self.vocab = vocab
        self.id = {w: i for i, w in enumerate(vocab)}

    @classmethod
    def load(cls, path):
        return cls(open(path, encoding="utf-8").read().split("\n")[:-1])

    def cut_cjk(self, run, longest=4):
        """(tokens, dropped) of one Chinese run; longest=1 cuts it into characters (training only)."""
        got, dropped, i = [], [], 0
        while i < len(run):
            for n in range(min(longest, len(run) - i), 0, -1):
                w = run[i:i + n]
                if w in STOP_ZH:
                    break
                if w in self.id:
                    got.append(w)
                    break
            else:
                n = 1
                dropped.append(run[i])
            i += n
        return got, dropped

    def word(self, run):
        """The token of a latin run, or None."""
        if run in self.id:
            return run
        for end, new in SUFFIXES:
            if run.endswith(end):
                w = run[:len(run) - len(end)] + new
                if len(w) >= 2 and w in self.id:
                    return w
        return None

    def tokens(self, text, longest=4):
        """(token strings, dropped words), not yet cut to MAX_TOKENS."""
        got, dropped = [], []
        for cjk, run in runs(text):
            if cjk:
                g, d = self.cut_cjk(run, longest)
                got += g
                dropped += d
            elif run not in STOP_EN:
                w = self.word(run)
                got.append(w) if w else dropped.append(run)
        return got, dropped

    def encode(self, text, thing=None):
        """(ids, tokens, dropped words, how many tokens were cut): what the program does. thing: the number of what the
        text describes, where that is known."""
        got, dropped = self.tokens(text)
        got = ([] if thing is None else [self.thing(thing, got)]) + got
        cut = max(0, len(got) - MAX_TOKENS)
        got = got[:MAX_TOKENS] or ["<null>"]
        return [self.id[w] for w in got], got, dropped, cut


    def thing(self, number, words):
        """The token of a thing in the first style that the words name, where it has one in that style."""
        style = next((STYLE_OF[w] for w in words if w in STYLE_OF), None)
        styled = thing_token(number, style)
        return styled if styled in self.id else thing_token(number)


STYLE_OF = {w: style for style, zh in ALL_STYLES.items() for w in (style, zh)}


def thing_token(number, style=None):
    return f"<{number}:{style}>" if style else f"<{number}>"


def seen_pairs(meta):
    """The (thing, style) pairs that have a token of their own, in order, each with its picture: ("x" | "more", row)."""
    rows = [(p, "x", i) for i, p in enumerate(meta["pictures"])] + [(p, "more", i) for i, p in enumerate(meta["more"])]
    return {(p["thing"], p["style"]): (name, i) for p, name, i in rows if not p["held"]}


def build_vocab(meta, bert_words):
    """Ordered: special, style and colour words, words of captions, things, things in a style (all these learn), then BERT's."""
    things = meta["things"]
    first = list(ALL_STYLES) + list(ALL_STYLES.values()) + list(COLOURS) + ["grey"] + list(COLOURS.values()) + list(EXTRA_ZH)
    seen = set()
    for t in things:
        for text in [t["label"]] + t["tags"]:
            for cjk, run in runs(text):
                if not cjk and run not in STOP_EN:
                    seen.add(run)
        for text in [t["zh_label"]] + t["zh_tags"]:
            for cjk, run in runs(text):
                if cjk:
                    seen |= set(run) | ({run} if len(run) <= 4 else set())
                elif run not in STOP_EN:
                    seen.add(run)
    vocab = SPECIAL + first
    vocab = list(dict.fromkeys(vocab))
    vocab += sorted((seen - STOP_ZH) - set(vocab))
    vocab += map(thing_token, range(len(things)))
    vocab += [thing_token(*pair) for pair in sorted(seen_pairs(meta))]
    learned = len(vocab)
    have = set(vocab)
    vocab += sorted(w for w in bert_words if w not in have and w not in STOP_EN)
    return vocab, learned


def word_vectors(data):
    """What a word starts from, frozen: MiniLM's vector (384, mean square 1) and its looks (192), f32 [V, 576]."""
    import numpy as np
    import torch
    read = lambda name: torch.from_numpy(np.load(os.path.join(data, name))).float()
    return torch.cat([read("base.npy") * 384 ** 0.5, read("looks.npy") * LOOKS_SCALE], 1)


def embed(texts, folder):
    """MiniLM sentence vectors, mean pooled and L2-normalised, f32 [n, 384]."""
    import torch
    from transformers import AutoModel, AutoTokenizer
    tok, net = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    out = []
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    with torch.inference_mode():
        for i in range(0, len(order), 512):
            b = tok([texts[j] for j in order[i:i + 512]], padding=True, truncation=True, max_length=32, return_tensors="pt")
            h = net(**b).last_hidden_state
            m = b["attention_mask"][..., None].float()
            out.append(torch.nn.functional.normalize((h * m).sum(1) / m.sum(1), dim=-1))
    back = torch.empty(len(texts), 384)
    back[torch.tensor(order)] = torch.cat(out)
    return back.numpy()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--minilm", required=True, help="folder of the all-MiniLM-L6-v2 model (unzipped from its package)")
    ap.add_argument("--out", required=True)
    o = ap.parse_args()
    import numpy as np
    meta = json.load(open(os.path.join(o.data, "meta.json"), encoding="utf-8"))
    things = meta["things"]
    bert = json.load(open(os.path.join(o.minilm, "tokenizer.json"), encoding="utf-8"))["model"]["vocab"]
    bert = [w for w in bert if re.fullmatch(r"[a-z]{2,}", w)]
    vocab, learned = build_vocab(meta, bert)

    # English text each token's vector comes from; Chinese takes the mean over things that have it
    mine = {zh: en for en, zh in list(ALL_STYLES.items()) + list(COLOURS.items())} | EXTRA_ZH
    latin = [w for w in vocab if w[0] != "<" and not is_cjk(w[0])]
    labels = [t["label"] for t in things]
    vec = embed(latin + labels, o.minilm)
    base = np.zeros((len(vocab), 384), np.float32)
    ids = {w: i for i, w in enumerate(vocab)}
    for w, v in zip(latin, vec):
        base[ids[w]] = v
    lab = vec[len(latin):]
    for k, (t, v) in enumerate(zip(things, lab)):
        base[ids[thing_token(k)]] = v
        for weight, text in [(3.0, t["zh_label"])] + [(1.0, x) for x in t["zh_tags"]]:
            for cjk, run in runs(text):
                if cjk:
                    for w in set(run) | {run}:
                        if w in ids:
                            base[ids[w]] += weight * v
    for k, style in seen_pairs(meta):
        base[ids[thing_token(k, style)]] = lab[k]
    for w, en in mine.items():
        base[ids[w]] = base[ids[en]]
    base /= np.maximum(np.linalg.norm(base, axis=1, keepdims=True), 1e-6)
    with open(os.path.join(o.out, "vocab.txt"), "w", encoding="utf-8") as f:
        f.write("".join(w + "\n" for w in vocab))
    np.save(os.path.join(o.out, "base.npy"), base.astype(np.float16))
    json.dump(dict(learned=learned), open(os.path.join(o.out, "words.json"), "w"))
    print(len(vocab), "tokens,", learned, "learned,", int((np.abs(base).sum(1) == 0).sum()), "without a vector")


if __name__ == "__main__":
    main()
