"""Train the sticker model for a given time, on a CPU beside other work or on a GPU.

    python train.py --data DATA --out RUN --until 04:02          (wall clock, UTC)
    python train.py --data DATA --out RUN --seconds 600 --batch 512

RUN/last.pt is written every few minutes and on SIGTERM (atomically); the same command goes on from it.
With --from FOLDER a new RUN starts from exported weights (their EMA; the optimiser starts anew).
RUN/train.log has one line a minute; RUN/grid-*.png a small picture grid every ten minutes.
Schedule: 32 px for the first part of the time (--small), then 64 px; warm-up, constant, and a linear decay
of the learning rate over the last 20 % of the time.
"""
import argparse, contextlib, datetime, glob, json, math, os, random, signal, time

os.environ.setdefault("TORCHINDUCTOR_CPP_DYNAMIC_THREADS", "1")
import numpy as np
import torch
import torch.nn.functional as F

from data import colour_name
from net import CONFIG, Net, rope_tables
from words import ALL_STYLES, COLOURS, Tokeniser, thing_token, word_vectors

# What people ask for, and what the program draws unasked, more often
GROUP_WEIGHT = {0: 1.5, 1: 0.8, 3: 1.7, 4: 1.7, 5: 1.2, 6: 1.3, 7: 1.3, 8: 0.5}
STYLE_WEIGHT = {"flat": 1.1, "fluent": 1.1, "3d": 0.9, "noto": 1.4, "twemoji": 1.4, "blob": 0.4, "fxemoji": 0.4, "emojione": 0.4}
# Words of labels and tags that have a face, and how much more often these come: small dots make a face or break it
FACES = {"face", "snowman", "robot", "ghost", "alien", "monster", "jack-o-lantern", "teddy"}
FACE_WEIGHT = {"noto": 3.0, "twemoji": 3.0}
# Share of a batch that the pictures of --mend have
MEND = 0.35
# As things (the program's way), then word by word
THINGS = [("cat face", "flat"), ("red apple", "fluent"), ("automobile", "blue flat"), ("grinning face", "fluent"), ("woman", "flat"),
          ("robot", "fluent"), ("rocket", "3d"), ("dog face", "noto")]
PROMPTS = ["cat 3d", "twemoji dog face", "树 扁平", "pizza"]


def asked_for(things):
    """{thing: weight} of what senses.txt says that common words mean: 2 for the first thing of a line, 1.4 for the others."""
    out = {}
    for line in open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "senses.txt"), encoding="utf-8"):
        for rank, label in enumerate(line.split("|")[2].split(";") if line.count("|") == 2 and line[0] != "#" else []):
            if label.strip() in things:
                k = things[label.strip()]
                out[k] = max(out.get(k, 1.0), 1.4 if rank else 2.0)
    return out


class Data:
    """Pictures and captions in memory; makes batches."""

    def __init__(self, folder, seed, mend=""):
        """mend: "thing:style, ..." of pictures that MEND of a batch is taken from: what a viewer found broken."""
        meta = json.load(open(os.path.join(folder, "meta.json"), encoding="utf-8"))
        self.x = {s: np.concatenate([np.load(os.path.join(folder, f"{name}{s}.npy")) for name in ("x", "more")]) for s in (32, 64)}
        self.tok = Tokeniser.load(os.path.join(folder, "vocab.txt"))
        self.pics = meta["pictures"] + meta["more"]
        self.things = meta["things"]
        self.tok.things = {t["label"]: k for k, t in enumerate(self.things)}
        self.rng = random.Random(seed)
        self.train = [i for i, p in enumerate(self.pics) if not p["held"]]
        asked = asked_for(self.tok.things)
        faces = {k for k, t in enumerate(self.things) if FACES & set(" ".join([t["label"], *t["tags"]]).lower().split())}
        often = lambda p: FACE_WEIGHT.get(p["style"], 1.5) if p["thing"] in faces else 1.0
        weight = np.array([GROUP_WEIGHT.get(self.things[p["thing"]]["group"], 1.0) * STYLE_WEIGHT[p["style"]] * asked.get(p["thing"], 1.0) * often(p)
                           for p in (self.pics[i] for i in self.train)])
        self.p = np.cumsum(weight / weight.sum())
        self.nprng = np.random.default_rng(seed)
        pairs = [pair.strip().rsplit(":", 1) for pair in mend.split(",") if pair.strip()]
        self.mend = [i for i in self.train for label, style in pairs
                     if (self.things[self.pics[i]["thing"]]["label"], self.pics[i]["style"]) == (label, style)]
        assert len(self.mend) == len(pairs), f"{len(self.mend)} of {len(pairs)} pictures are there"
        cut = lambda text, n: self.tok.tokens(text, n)[0]
        self.en = [[cut(t["label"], 4)] + [cut(x, 4) for x in t["tags"]] for t in self.things]
        self.zh = {n: [[cut(t["zh_label"], n)] + [cut(x, n) for x in t["zh_tags"]] for t in self.things] for n in (1, 4)}

    def caption(self, p, colour):
        """Token strings of one picture's prompt; colour: an English colour word or None. Two in three have the thing's
        own token, mostly that of the style and without its words: so the program asks for what it knows."""
        r = self.rng
        named = r.random() < 0.65
        zh = r.random() < 0.35
        n = 1 if r.random() < 0.3 else 4
        parts = (self.zh[n] if zh else self.en)[p["thing"]]
        if not parts[0]:
            parts, zh = self.en[p["thing"]], False
        tags = [x for x in parts[1:] if x]
        kind = r.random()
        if named:
            say = [[thing_token(p["thing"], p["style"] if r.random() < 0.7 else None)]]
            if kind < 0.15:
                say.append(parts[0])
            elif kind < 0.25:
                say += r.sample(tags, min(len(tags), 1))
        elif kind < 0.55 or not tags:
            say = [parts[0]]
        elif kind < 0.85:
            say = [parts[0]] + r.sample(tags, min(len(tags), r.randint(1, 2)))
        else:
            say = r.sample(tags, min(len(tags), r.randint(1, 3)))
        if r.random() < (0.9 if named else 0.75):
            say.append(self.tok.tokens(ALL_STYLES[p["style"]], n)[0] if zh else [p["style"]])
        if colour:
            word = COLOURS[colour] if zh else colour
            say.append(self.tok.tokens(word[:1] if zh and r.random() < 0.4 else word, n)[0])
        r.shuffle(say)
        return [w for part in say for w in part]

    def batch(self, n, size, words):
        """x uint8 [n, size, size, 4], hue matrices f32 [n, 3, 3], ids int64 [n, words] (0 = padding)."""
        pick = [self.train[i] for i in np.searchsorted(self.p, self.nprng.random(n)).clip(max=len(self.train) - 1)]
        if self.mend:
            pick[:round(MEND * n)] = [self.rng.choice(self.mend) for _ in range(round(MEND * n))]
        ids = np.zeros((n, words), np.int64)
        hue = np.tile(np.eye(3, dtype=np.float32), (n, 1, 1))
        for row, i in enumerate(pick):
            p, colour = self.pics[i], None
            if p["colour"]:
                c = np.array(p["colour"], np.float32)
                if self.rng.random() < 0.12 and c.max() - c.min() > 0.25:
                    hue[row] = hue_matrix(self.rng.uniform(0.6, 2 * math.pi - 0.6))
                    colour = colour_name(hue[row] @ c)
                elif self.rng.random() < 0.25:
                    colour = colour_name(c)
            say = [] if self.rng.random() < 0.1 else self.caption(p, colour)
            got = [self.tok.id[w] for w in say][:words] or [1]
            ids[row, :len(got)] = got
        return self.x[size][pick], hue, ids


def hue_matrix(angle):
    """Rotation of RGB about the gray axis."""
    c, s = math.cos(angle), math.sin(angle)
    a, b = (1 - c) / 3, s / math.sqrt(3)
    return np.array([[c + a, a - b, a + b], [a + b, c + a, a - b], [a - b, a + b, c + a]], np.float32)


def prepare(x, hue):
    """uint8 premultiplied -> f32 in [-1, 1], hue turned, colour kept within alpha."""
    x = x.float() / 255
    a = x[..., 3:]
    rgb = torch.einsum("bhwc,bdc->bhwd", x[..., :3], hue)
    return torch.cat([torch.minimum(rgb.clamp(min=0), a), a], -1) * 2 - 1


def flow_loss(net, x, ids, base, keep, cos, sin, t, e):
    tt = t[:, None, None, None]
    xt = tt * x + (1 - tt) * e
    words = net.words(ids, base, keep)
    hat = net(xt, t, words, ids > 0, cos, sin).float()
    return ((hat - x).square().mean((1, 2, 3)) / (1 - t).clamp(min=0.05).square()).mean()


def make_optimisers(net, kind, lr):
    """[(optimiser, its base rate)]: Muon on the blocks' matrices, AdamW on the rest; or AdamW alone."""
    mats, delta, fitted, decay, plain = [], [], [], [], []
    for name, p in net.named_parameters():
        if name.startswith("delta"):
            delta.append(p)
        elif name.startswith(("word.", "sketch.")):
            fitted.append(p)
        elif kind == "muon" and p.ndim == 2 and ("blocks." in name or "conv_in." in name or "conv_out." in name):
            mats.append(p)
        elif p.ndim >= 2 and name != "pos":
            decay.append(p)
        else:
            plain.append(p)
    groups = [dict(params=decay, weight_decay=0.02, lr=lr), dict(params=plain, weight_decay=0.0, lr=lr),
              dict(params=delta, weight_decay=0.0, lr=2 * lr),
              dict(params=fitted, weight_decay=0.0, lr=0.2 * lr)]  # these start from a fit: see looks.py
    out = [torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95), foreach=True)]
    if mats:
        out.append(torch.optim.Muon(mats, lr=lr, weight_decay=0.02, momentum=0.95, adjust_lr_fn="match_rms_adamw"))
    for o in out:
        for g in o.param_groups:
            g["base_lr"] = g["lr"]
    return out


def rate(done, end, warm=40.0):
    """Learning-rate factor: done and end in seconds of training."""
    return min(1.0, (done + 2) / warm, max(0.005, (end - done) / (0.2 * end)))


def start_from_export(net, base, tok, folder):
    """Loads an exported folder. Its `table` is W base + b + delta: W and b are solved from the rows that never had a
    delta (exact but for the f16 of the export), and what the others have more is their delta. Of tokens that the folder's
    vocabulary lacks, those of a thing in a style start with the thing's own; the others without one."""
    from pack import read_weights
    w = read_weights(folder)
    table, learned = w.pop("table"), net.delta.num_embeddings
    ids = torch.tensor([tok.id[word] for word in Tokeniser.load(os.path.join(folder, "vocab.txt")).vocab])
    rows = torch.cat([base, torch.ones(len(base), 1)], 1).cpu()[ids]
    fixed = ids >= learned
    solved = torch.linalg.lstsq(rows[fixed].double(), table[fixed].double(), driver="gelsd").solution.float()
    w["word.weight"], w["word.bias"] = solved[:-1].t().contiguous(), solved[-1].contiguous()
    w["delta.weight"] = torch.zeros(learned, table.shape[1])
    w["delta.weight"][ids[~fixed]] = (table - rows @ solved)[~fixed]
    known = set(ids.tolist())
    for word, k in tok.id.items():
        if k not in known and word[0] == "<" and ":" in word:
            w["delta.weight"][k] = w["delta.weight"][tok.id[word.split(":")[0] + ">"]]
    rest = (table - rows @ solved)[fixed]
    print(f"# from {folder}: table {table.abs().mean():.3f}, what W leaves of rows without a delta {rest.abs().mean():.5f}, "
          f"delta {w['delta.weight'].abs().mean():.4f}", flush=True)
    net.load_state_dict({k: v for k, v in w.items() if not k.startswith("rope.")})


def builders_running():
    for path in glob.glob("/proc/[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if open(path).read().strip() in ("rustc", "cargo", "ld", "cc1", "cc1plus", "mold", "lld", "rust-lld"):
                return True
    return False


class Neighbourly:
    """On a CPU: one thread on the last core while a build runs, all cores otherwise."""

    def __init__(self, on):
        self.on, self.last, self.state, self.busy = on, 0.0, None, False

    def look(self):
        now = time.monotonic()
        if not self.on or now - self.last < 10:
            return
        self.last, busy = now, builders_running()
        self.busy = busy
        if busy != self.state:
            self.state = busy
            cores = set(range(os.cpu_count()))
            use = {max(cores)} if busy else cores
            for tid in os.listdir("/proc/self/task"):  # the worker threads as well
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(int(tid), use)
            torch.set_num_threads(len(use))


@torch.no_grad()
def grid(net, tok, base, size, path, steps=12, guidance=3.0):
    """A strip of the fixed prompts on gray, Euler steps with guidance."""
    from PIL import Image
    dev = base.device
    enc = [tok.encode(words, tok.things[label])[0] for label, words in THINGS] + [tok.encode(p)[0] for p in PROMPTS]
    n = len(enc)
    ids = torch.zeros(2 * n, max(map(len, enc)), dtype=torch.long)
    for i, e in enumerate(enc):
        ids[i, :len(e)] = torch.tensor(e)
    ids[n:, 0] = 1
    ids = ids.to(dev)
    cos, sin = (z.to(dev) for z in rope_tables(net.c, size // 8))
    words = net.words(ids, base, torch.ones(ids.shape, device=dev))
    x = torch.randn(n, size, size, 4, generator=torch.Generator().manual_seed(1)).to(dev)
    for k in range(steps):
        t0, t1 = k / steps, (k + 1) / steps
        hat = net(torch.cat([x, x]), torch.full((2 * n,), t0, device=dev), words, ids > 0, cos, sin)
        hat = hat[n:] + guidance * (hat[:n] - hat[n:])
        x = x + (t1 - t0) * (hat - x) / (1 - t0)
    p = ((x.clamp(-1, 1) + 1) / 2).cpu()
    rgb = p[..., :3] + 0.8 * (1 - p[..., 3:])
    strip = (rgb.clamp(0, 1) * 255).byte().permute(1, 0, 2, 3).reshape(size, n * size, 3).numpy()
    Image.fromarray(strip).resize((n * 128, 128), Image.NEAREST).save(path)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--until", help="HH:MM UTC; or")
    ap.add_argument("--seconds", type=float, help="training time, of this run and those it goes on from")
    ap.add_argument("--from", dest="start", help="an exported folder to start from, where RUN has nothing yet")
    ap.add_argument("--batch", type=int, default=64)
    ap.add_argument("--lr", type=float, default=1.5e-3)
    ap.add_argument("--opt", choices=["adamw", "muon"], default="muon")
    ap.add_argument("--words", type=int, default=8, help="prompt tokens in training (padded); the program takes 16")
    ap.add_argument("--mend", default="", help="thing:style, ... that come much more often: what a viewer found broken")
    ap.add_argument("--small", type=float, default=0.5, help="part of the time at 32 px")
    ap.add_argument("--ema", type=float, default=0.999)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--no-compile", action="store_true")
    ap.add_argument("--threads", type=int, help="so many, whatever else runs (1: nothing waits for a thread that lost its core)")
    ap.add_argument("--log-every", type=float, default=60)
    ap.add_argument("--no-grids", action="store_true")
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    dev = "cuda" if torch.cuda.is_available() else "cpu"
    if dev == "cpu":
        with contextlib.suppress(OSError):
            os.nice(5)
    # Without instructions for it, bf16 on a processor is far slower than f32 (measured: a fortieth)
    has_bf16 = dev == "cuda" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    if o.threads:
        torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    data = Data(o.data, o.seed + int(time.time()) % 1000, o.mend)
    base = word_vectors(o.data).to(dev)
    learned = json.load(open(os.path.join(o.data, "words.json")))["learned"]
    things = data.tok.id[thing_token(0)]
    net = Net(dict(CONFIG), learned)
    with np.load(os.path.join(o.data, "sketch.npz")) as sketch:
        net.start_from_looks(*(torch.from_numpy(sketch[k]) for k in ("decoder", "mean")))
    if o.start:
        start_from_export(net, base, data.tok, o.start)
    net.to(dev)
    ema = {k: v.detach().clone() for k, v in net.state_dict().items()}
    opts = make_optimisers(net, o.opt, o.lr)
    done = samples = step = 0
    last = os.path.join(o.out, "last.pt")
    if os.path.exists(last):
        ck = torch.load(last, map_location=dev)
        net.load_state_dict(ck["net"])
        ema = ck["ema"]
        for op, s in zip(opts, ck["opts"]):
            op.load_state_dict(s)
        done, samples, step = ck["done"], ck["samples"], ck["step"]
    log = open(os.path.join(o.out, "train.log"), "a", buffering=1)

    def say(text):
        print(text, flush=True)
        log.write(text + "\n")

    say(f"# {sum(p.numel() for p in net.parameters()) / 1e6:.2f} M parameters, {len(data.train)} training pictures, "
        f"{len(data.pics) - len(data.train)} held out, {dev}, {vars(o)}")
    if o.until:
        now = datetime.datetime.now(datetime.timezone.utc)
        h, m = map(int, o.until.split(":"))
        o.seconds = done + ((h * 60 + m) * 60 - (now.hour * 3600 + now.minute * 60 + now.second)) % 86400
    loss_fn = flow_loss if o.no_compile else torch.compile(flow_loss, dynamic=False)
    polite = Neighbourly(dev == "cpu" and not o.threads)
    tables = {s: tuple(z.to(dev) for z in rope_tables(net.c, s // 8)) for s in (32, 64)}
    params, names = zip(*[(p, n) for n, p in net.named_parameters()])
    ema_list = [ema[n] for n in names]
    begin, mean, rows = time.monotonic() - done, None, 0
    said = saved = drawn = time.monotonic()
    said_samples = samples
    was, sums, busy = None, [], 0
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))  # save and leave; the same command goes on
    while done < o.seconds and not stop:
        polite.look()
        busy += polite.busy
        size = 32 if done < o.small * o.seconds else 64
        if size != was:
            say(f"# {size} px from {done:.0f} s")
            was, mean = size, None
        x, hue, ids = data.batch(o.batch, size, o.words)
        x, hue, ids = (torch.from_numpy(z).to(dev) for z in (x, hue, ids))
        x = prepare(x, hue)
        keep = ((torch.rand(ids.shape, device=dev) < 0.8) | (ids < 2) | (ids >= things)).float() * (ids < learned)
        t = torch.sigmoid(torch.randn(o.batch, device=dev) * 0.9 - 0.6)
        with torch.autocast(dev, dtype=torch.bfloat16, enabled=has_bf16):
            loss = loss_fn(net, x, ids, base, keep, *tables[size], t, torch.randn_like(x))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        f = rate(done, o.seconds)
        for op in opts:
            for g in op.param_groups:
                g["lr"] = g["base_lr"] * f
            op.step()
            op.zero_grad(set_to_none=True)
        step += 1
        samples += o.batch
        torch._foreach_lerp_(ema_list, [p.detach() for p in params], 1 - min(o.ema, (1 + step) / (10 + step)))
        sums.append(loss.detach())
        now = time.monotonic()
        done = now - begin
        if now - said >= o.log_every:
            mean = torch.stack(sums).mean().item()
            say(f"{done:7.0f} s  {samples:8d} samples  {(samples - said_samples) / (now - said):6.1f}/s  "
                f"loss {mean:.4f}  lr {o.lr * f:.2e}  step {step}  {size} px  build beside {busy / max(1, len(sums)):.0%}")
            said, said_samples, sums, busy = now, samples, [], 0
        if now - saved >= 240 or done >= o.seconds or stop:
            torch.save(dict(net=net.state_dict(), ema=ema, opts=[op.state_dict() for op in opts], config=net.c,
                            learned=learned, done=done, samples=samples, step=step, size=size, seconds=o.seconds), last + ".new")
            os.replace(last + ".new", last)
            saved = now
        if not o.no_grids and (now - drawn >= 600 or done >= o.seconds):
            shadow = Net(net.c, learned).to(dev)
            shadow.load_state_dict(ema)
            grid(shadow.eval(), data.tok, base, size, os.path.join(o.out, f"grid-{int(done):05d}.png"))
            del shadow
            drawn = now
    say(f"# done: {samples} samples in {done:.0f} s")


if __name__ == "__main__":
    main()
