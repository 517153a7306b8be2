#!/usr/bin/env python3
"""Draws icon.svg at every size and packs the results for Windows (.ico) and macOS (.icns).

Needs rsvg-convert (Debian: librsvg2-bin) for the drawing and nothing else. Run it after a change of icon.svg; its
results are kept in the repository, so that no build needs it.
"""

import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZES = [16, 24, 32, 48, 64, 128, 256, 512]
# Windows shows these; the largest as PNG, the others as bitmaps, which every resource compiler reads.
ICO = [16, 24, 32, 48, 64, 128, 256]
# macOS: each type with its side in pixels (ic11 to ic14 and ic10 are the doubled ones).
ICNS = [(b"ic11", 32), (b"ic12", 64), (b"ic07", 128), (b"ic13", 256), (b"ic08", 256), (b"ic14", 512), (b"ic09", 512),
        (b"ic10", 1024)]


def draw(side: int, to: Path) -> bytes:
    """icon.svg as a PNG of side x side pixels."""
    subprocess.run(["rsvg-convert", "-w", str(side), "-h", str(side), str(HERE / "icon.svg"), "-o", str(to)], check=True)
    return to.read_bytes()


def pixels(png: bytes) -> list[bytes]:
    """The rows of an 8-bit RGBA PNG without interlacing, which is what rsvg-convert writes."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, colour, interlaced) == (8, 6, 0), "not 8-bit RGBA"
    at, data = 8, b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        data += png[at + 8:at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    raw, stride, above, rows = zlib.decompress(data), width * 4, bytearray(width * 4), []
    for y in range(height):
        kind, *line = raw[y * (stride + 1):(y + 1) * (stride + 1)]
        for i, value in enumerate(line):
            left, up, corner = (line[i - 4] if i >= 4 else 0), above[i], (above[i - 4] if i >= 4 else 0)
            nearest = min((left, up, corner), key=lambda v: abs(left + up - corner - v))
            line[i] = (value + [0, left, up, (left + up) // 2, nearest][kind]) & 255
        above = line
        rows.append(bytes(line))
    return rows


def bitmap(png: bytes) -> bytes:
    """The picture as an icon's bitmap: a header, BGRA rows from the bottom, and an empty mask."""
    rows = pixels(png)
    side = len(rows)
    header = struct.pack("<IiiHHIIiiII", 40, side, side * 2, 1, 32, 0, 0, 0, 0, 0, 0)
    body = b"".join(bytes((b, g, r, a)) for row in reversed(rows) for r, g, b, a in zip(*[iter(row)] * 4))
    return header + body + bytes((side + 31) // 32 * 4 * side)


def ico(pngs: dict[int, bytes]) -> bytes:
    images = [pngs[side] if side == 256 else bitmap(pngs[side]) for side in ICO]
    at, entries = 6 + 16 * len(ICO), b""
    for side, image in zip(ICO, images):
        entries += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(image), at)
        at += len(image)
    return struct.pack("<HHH", 0, 1, len(ICO)) + entries + b"".join(images)


def icns(pngs: dict[int, bytes]) -> bytes:
    body = b"".join(name + struct.pack(">I", len(pngs[side]) + 8) + pngs[side] for name, side in ICNS)
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def main() -> None:
    (HERE / "icons").mkdir(exist_ok=True)
    pngs = {side: draw(side, HERE / "icons" / f"{side}.png") for side in SIZES}
    with tempfile.TemporaryDirectory() as folder:
        pngs[1024] = draw(1024, Path(folder) / "1024.png")
    (HERE / "windows" / "icon.ico").write_bytes(ico(pngs))
    (HERE / "macos" / "icon.icns").write_bytes(icns(pngs))


if __name__ == "__main__":
    main()
