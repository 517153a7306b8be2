"""The enlarging network: a 64 x 64 sticker -> the same drawing at 512 x 512.

RGBA with premultiplied alpha in [0, 1], channels first. Any side works; 64 -> 512 is what it learns.
    body  3x3 convolution 4 -> 48, then 6 residual pairs (3x3, PReLU, 3x3) of 48 channels, all at the small side
    up    3x3 convolution 48 -> 256, pixel shuffle 4 -> 16 channels at four times the side
    fine  3x3 16 -> 16, PReLU, 3x3 16 -> 16, pixel shuffle 2 -> 4 channels at eight times the side
The result is added to the bilinearly enlarged input. 0.36 M parameters, 1.8 GMAC for 64 x 64.
Pixel shuffle after Shi et al. 2016 (arXiv 1609.05158), residual pairs without norms after Lim et al. 2017 (1707.02921).
"""
import torch.nn as nn
import torch.nn.functional as F

CONFIG = dict(width=48, pairs=6, fine=16, first=4, second=2)


class Pair(nn.Module):
    """x + conv(prelu(conv(x)))"""

    def __init__(self, width):
        super().__init__()
        self.a = nn.Conv2d(width, width, 3, padding=1)
        self.act = nn.PReLU(width, 0.1)
        self.b = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + self.b(self.act(self.a(x)))


class Crisp(nn.Module):
    def __init__(self, c=CONFIG):
        super().__init__()
        self.c = dict(c)
        self.head = nn.Conv2d(4, c["width"], 3, padding=1)
        self.body = nn.ModuleList(Pair(c["width"]) for _ in range(c["pairs"]))
        self.up = nn.Conv2d(c["width"], c["fine"] * c["first"] ** 2, 3, padding=1)
        self.up_act = nn.PReLU(c["fine"], 0.1)
        self.fine = nn.Conv2d(c["fine"], c["fine"], 3, padding=1)
        self.fine_act = nn.PReLU(c["fine"], 0.1)
        self.last = nn.Conv2d(c["fine"], 4 * c["second"] ** 2, 3, padding=1)
        nn.init.zeros_(self.last.weight)  # starts as the bilinear picture
        nn.init.zeros_(self.last.bias)
        for p in self.body:
            nn.init.normal_(p.b.weight, std=0.1 * (9 * c["width"]) ** -0.5)

    def forward(self, x):
        """x [B, 4, h, w] -> [B, 4, 8 h, 8 w], not clamped."""
        h = self.head(x)
        for pair in self.body:
            h = pair(h)
        h = self.up_act(F.pixel_shuffle(self.up(h), self.c["first"]))
        h = self.last(self.fine_act(self.fine(h)))
        h = F.pixel_shuffle(h, self.c["second"])
        return h + F.interpolate(x, size=h.shape[-2:], mode="bilinear", align_corners=False)
