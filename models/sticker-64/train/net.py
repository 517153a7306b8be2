"""The flow network: noisy RGBA picture + time + words -> its guess of the clean picture.

Pixel space, x-prediction. Pictures are RGBA with premultiplied alpha, scaled to [-1, 1].
    x_t = t x + (1 - t) e,   t = 0 noise, t = 1 picture,   v = (x_hat - x_t) / (1 - t)

Shapes below are for 64 px (C = conv, W = width, L = words, B = batch); at 32 px 16x16 becomes 8x8
and 8x8 becomes 4x4. `Linear` is y = x W^T + b. `rms(x) = x / sqrt(mean(x^2 over last dim) + 1e-6)`.
Only plain operators: linear, conv2d, softmax, silu, add, multiply, reshape.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

CONFIG = dict(size=64, channels=4, patch=4, conv=128, conv_hidden=256, conv_kernel=5, conv_in=3, conv_out=3,
              width=256, heads=4, blocks=6, hidden=640, fine=12, time_freqs=64, grid=8, rope_base=100.0,
              base_dim=576, max_tokens=16, sketch=8)
EPS = 1e-6


def rms(x):
    """Root-mean-square norm over the last dimension, without weights, in f32."""
    y = x.float()
    return (y * torch.rsqrt(y.square().mean(-1, keepdim=True) + EPS)).to(x.dtype)


def space_to_depth(x, p):
    """[B, H, W, C] -> [B, H/p, W/p, p*p*C]; inside a cell the order is (row, column, channel)."""
    b, h, w, c = x.shape
    return x.reshape(b, h // p, p, w // p, p, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h // p, w // p, p * p * c)


def depth_to_space(x, p):
    """The inverse: [B, H, W, p*p*C] -> [B, H*p, W*p, C]."""
    b, h, w, c = x.shape
    c //= p * p
    return x.reshape(b, h, w, p, p, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h * p, w * p, c)


def conv_nhwc(conv, x):
    """A conv2d on an [B, H, W, C] tensor (a view of channels-last memory, nothing is copied)."""
    return conv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class ConvBlock(nn.Module):
    """x + gate * W2 silu(W1 (rms(depthwise(x)) * (1 + scale) + shift)), all on [B, H, W, C]."""

    def __init__(self, c):
        super().__init__()
        d, k = c["conv"], c["conv_kernel"]
        self.depth = nn.Conv2d(d, d, k, padding=k // 2, groups=d)
        self.up = nn.Linear(d, c["conv_hidden"])
        self.down = nn.Linear(c["conv_hidden"], d)
        self.mod = nn.Parameter(torch.cat([torch.zeros(2 * d), torch.full((d,), 0.5)]))

    def forward(self, x, shared):
        shift, scale, gate = (shared + self.mod)[:, None, None].chunk(3, -1)  # each [B, 1, 1, C]
        if x.device.type == "cpu":  # the backward of a depthwise conv is twice as fast in f32 there
            with torch.autocast("cpu", enabled=False):
                y = conv_nhwc(self.depth, x.float()).to(x.dtype)
        else:
            y = conv_nhwc(self.depth, x)
        h = rms(y) * (1 + scale) + shift
        return x + gate * self.down(F.silu(self.up(h)))


class Block(nn.Module):
    """A transformer block on [B, S, W], S = words then patches (row by row)."""

    def __init__(self, c):
        super().__init__()
        w, self.heads = c["width"], c["heads"]
        self.qkv = nn.Linear(w, 3 * w, bias=False)
        self.proj = nn.Linear(w, w, bias=False)
        self.q_norm = nn.Parameter(torch.ones(w // self.heads))
        self.k_norm = nn.Parameter(torch.ones(w // self.heads))
        self.gate_up = nn.Linear(w, 2 * c["hidden"], bias=False)  # first half: gate, second half: up
        self.down = nn.Linear(c["hidden"], w, bias=False)
        one, zero = torch.full((w,), 0.5), torch.zeros(w)
        self.mod = nn.Parameter(torch.cat([zero, zero, one, zero, zero, one]))

    def forward(self, x, shared, cos, sin, mask):
        b, s, w = x.shape
        m = (shared + self.mod)[:, None].chunk(6, -1)  # shift, scale, gate (attention), shift, scale, gate (mlp)
        q, k, v = self.qkv(rms(x) * (1 + m[1]) + m[0]).reshape(b, s, 3, self.heads, -1).unbind(2)
        q, k = rms(q) * self.q_norm, rms(k) * self.k_norm  # over each head's dim
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        q, k, v = (z.transpose(1, 2).to(x.dtype) for z in (q, k, v))  # [B, heads, S, W / heads]
        a = attention(q, k, v, mask)
        x = x + m[2] * self.proj(a.transpose(1, 2).reshape(b, s, w))
        g, u = self.gate_up(rms(x) * (1 + m[4]) + m[3]).chunk(2, -1)
        return x + m[5] * self.down(F.silu(g) * u)


def attention(q, k, v, mask):
    """softmax(q k^T / sqrt(dim)) v. Written out on a CPU: so few tokens are twice as fast there without flash."""
    if q.device.type != "cpu":
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    s = (q @ k.transpose(-1, -2)).float() * q.shape[-1] ** -0.5
    return s.masked_fill(~mask, -1e9).softmax(-1).to(v.dtype) @ v


def rotate(x, cos, sin):
    """x [B, S, heads, D]; cos, sin [S, 1, D/2]. Halves convention: (x1, x2) -> (x1 c - x2 s, x2 c + x1 s)."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def rope_tables(c, n):
    """cos, sin [n*n, D/2] for an n x n grid of patches. First D/4 angles by row, last D/4 by column.
    A patch's position is its centre in units of the 64 px grid, so 4x4 and 8x8 share one frame."""
    q = c["width"] // c["heads"] // 4
    freq = c["rope_base"] ** (-torch.arange(q, dtype=torch.float32) / q)
    pos = (torch.arange(n, dtype=torch.float32) + 0.5) * (c["grid"] / n)
    ang = pos[:, None] * freq
    ang = torch.cat([ang[:, None].expand(n, n, q), ang[None].expand(n, n, q)], -1).reshape(n * n, 2 * q)
    return ang.cos(), ang.sin()


class Net(nn.Module):
    def __init__(self, c, learned=0):
        """learned: how many rows (the first of the vocabulary) have a trained delta; 0 after export."""
        super().__init__()
        self.c = c
        w, d, p = c["width"], c["conv"], c["patch"]
        # words (training only; export folds them into one table [V, W])
        self.word = nn.Linear(c["base_dim"], w)
        self.delta = nn.Embedding(max(learned, 2), w)
        # condition: time and mean word vector -> [B, W]
        self.time1, self.time2 = nn.Linear(2 * c["time_freqs"], w), nn.Linear(w, w)
        self.text1, self.text2 = nn.Linear(w, w), nn.Linear(w, w)
        self.mod = nn.Linear(w, 6 * w)        # shared by the transformer blocks
        self.conv_mod = nn.Linear(w, 3 * d)   # shared by the conv blocks
        # the sum of the word vectors as a rough picture: its channels on the cells, then to the cells' width
        self.sketch = nn.Linear(w, (2 * c["grid"]) ** 2 * c["sketch"])
        self.sketch_in = nn.Linear(c["sketch"], d)
        # picture
        self.embed = nn.Linear(p * p * c["channels"], d)
        self.conv_in = nn.ModuleList(ConvBlock(c) for _ in range(c["conv_in"]))
        self.merge = nn.Linear(4 * d, w)
        self.pos = nn.Parameter(torch.randn(c["grid"] ** 2, w) * 0.2)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["blocks"]))
        self.unmerge = nn.Linear(w, 4 * d)
        self.conv_out = nn.ModuleList(ConvBlock(c) for _ in range(c["conv_out"]))
        self.pixels = nn.Linear(d, p * p * c["fine"])
        self.fine1 = nn.Conv2d(c["fine"] + c["channels"], 16, 3, padding=1)
        self.fine2 = nn.Conv2d(16, c["channels"], 3, padding=1)
        self.start()

    def start(self):
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, std=m.in_features ** -0.5)
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
        nn.init.zeros_(self.delta.weight)
        for m in (self.mod, self.conv_mod):
            nn.init.normal_(m.weight, std=0.1 * m.in_features ** -0.5)
        for b in self.blocks:
            nn.init.normal_(b.proj.weight, std=0.5 * b.proj.in_features ** -0.5)
            nn.init.normal_(b.down.weight, std=0.5 * b.down.in_features ** -0.5)
        nn.init.normal_(self.sketch_in.weight)
        nn.init.zeros_(self.fine2.weight)
        nn.init.zeros_(self.fine2.bias)

    def start_from_looks(self, decoder, mean):
        """The first of a word vector's numbers carry its looks, and the sketch decodes them (looks.py).
        decoder [16, 16, 4, dims], mean [16, 16, 4]."""
        side, dims, (w, base) = 2 * self.c["grid"], decoder.shape[-1], self.word.weight.shape
        with torch.no_grad():
            nn.init.normal_(self.word.weight, std=(base - dims) ** -0.5)
            self.word.weight[:dims] = 0
            self.word.weight[:, base - dims:] = 0
            self.word.weight[:dims, base - dims:] = torch.eye(dims)
            nn.init.normal_(self.sketch.weight, std=0.02)
            rows = self.sketch.weight.view(side, side, self.c["sketch"], w)
            rows[:, :, :4] = 0
            rows[:, :, :4, :dims] = decoder
            self.sketch.bias.view(side, side, self.c["sketch"])[:, :, :4] = mean

    def rough(self, words, valid, cells):
        """words [B, L, W], valid [B, L] -> [B, cells, cells, C] from the sum of the valid word vectors."""
        total = (words * valid[..., None].to(words.dtype)).sum(1)
        side = 2 * self.c["grid"]
        h = self.sketch(total).reshape(-1, side, side, self.c["sketch"])
        if cells != side:                                             # 32 px: mean of 2x2 (training only)
            k = side // cells
            h = h.reshape(-1, cells, k, cells, k, self.c["sketch"]).mean((2, 4))
        return self.sketch_in(h)

    def words(self, ids, base, keep):
        """Training: ids [B, L], base [V, 576] (words.word_vectors), keep [B, L] 0/1 (delta kept) -> [B, L, W].
        A token without a trained row (id >= learned) uses row 0 with keep 0."""
        row = ids.clamp(max=self.delta.num_embeddings)
        row = torch.where(row < self.delta.num_embeddings, row, torch.zeros_like(row))
        return self.word(base[ids]) + self.delta(row) * keep[..., None]

    def time(self, t):
        """t [B] in 0..1 -> [B, W]: sinusoids of 1000 t (cos first, then sin), linear, silu, linear."""
        n = self.c["time_freqs"]
        a = 1000 * t[:, None] * torch.exp(-math.log(10000) * torch.arange(n, device=t.device, dtype=torch.float32) / n)
        return self.time2(F.silu(self.time1(torch.cat([a.cos(), a.sin()], -1))))

    def condition(self, t, words, valid):
        """silu(time(t) + text(mean of the valid word vectors)) [B, W]."""
        m = valid[..., None].to(words.dtype)
        mean = (words * m).sum(1) / m.sum(1)
        return F.silu(self.time(t) + self.text2(F.silu(self.text1(mean))))

    def forward(self, x, t, words, valid, cos, sin):
        """x [B, H, W, 4] = x_t, t [B], words [B, L, W] (vectors), valid [B, L] bool (False: padding),
        cos, sin [n*n, D/2] of rope_tables -> x_hat [B, H, W, 4]."""
        c = self.c
        cond = self.condition(t, words, valid)
        mod, cmod = self.mod(cond), self.conv_mod(cond)
        h = self.embed(space_to_depth(x, c["patch"]))                 # [B, 16, 16, C]
        h = h + self.rough(words, valid, h.shape[1])
        for blk in self.conv_in:
            h = blk(h, cmod)
        skip = h
        h = self.merge(space_to_depth(h, 2))                          # [B, 8, 8, W]
        b, n, _, w = h.shape
        pos, g = self.pos, c["grid"]
        if n != g:                                                    # 32 px: mean of 2x2 (training only)
            k = g // n
            pos = pos.reshape(n, k, n, k, w).mean((1, 3)).reshape(n * n, w)
        L = words.shape[1]
        s = torch.cat([words.to(h.dtype), h.reshape(b, n * n, w) + pos], 1)  # words first [B, L + 64, W]
        one = torch.ones(L, cos.shape[1], device=cos.device)          # words are not rotated
        cos = torch.cat([one, cos])[:, None]
        sin = torch.cat([one * 0, sin])[:, None]
        mask = torch.cat([valid, torch.ones(b, n * n, dtype=torch.bool, device=x.device)], 1)[:, None, None]
        for blk in self.blocks:
            s = blk(s, mod, cos, sin, mask)
        h = rms(s[:, L:]).reshape(b, n, n, w)
        h = depth_to_space(self.unmerge(h), 2) + skip                 # [B, 16, 16, C]
        for blk in self.conv_out:
            h = blk(h, cmod)
        h = depth_to_space(self.pixels(rms(h)), c["patch"])           # [B, 64, 64, fine]
        h = torch.cat([h, x.to(h.dtype)], -1)                         # [B, 64, 64, fine + 4]
        h = F.silu(conv_nhwc(self.fine1, h))                          # [B, 64, 64, 16]
        return conv_nhwc(self.fine2, h)                               # [B, 64, 64, 4]
