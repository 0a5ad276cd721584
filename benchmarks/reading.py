"""Reading pictures: from a folder of JPEG photographs to 64 x 64 x 3 bytes, by all cores, and again from the cache.

    python -m benchmarks.reading                      prints a table
    python -m benchmarks.reading --large 800          as many photographs of 12 megapixels (4 GB of disk)
    python -m benchmarks.reading --json reading.json  writes the measurements too
    python -m benchmarks.reading --quick              a few pictures: does it work?

The photographs are made on the spot: noise that falls off with frequency as in nature, plus a sensor's grain, JPEG of
quality 90. A few different ones are written many times over. They were just written, so the disk hardly counts. The
first run decodes and writes the cache, the second maps it; checking the folder for changes is part of both.
"""

import argparse
import io
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.machine import load, versions
from benchmarks.report import Table
from pellucid.images import Source, choose_shape, read
from pellucid.machine import cores, processor

SHAPE = (64, 64, 3)
GRAIN = 4  # grey levels: makes files of 25 kB at 300 x 300 and 3 MB at 4000 x 3000, much like those of a camera


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    if (busy := load()) and busy > 0.3:
        print(f"other work is running (load {busy:.1f}); times will be longer than they could be", file=sys.stderr)
    small, large = (64, 4) if options.quick else (options.small, options.large)
    rows = [measure(300, 300, small, repetitions=5), measure(4000, 3000, large, repetitions=1)]
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([row | {"load_before": busy} for row in rows], indent=1) + "\n", encoding="utf-8")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=3000, metavar="N", help="photographs of 300 x 300 (3000)")
    parser.add_argument("--large", type=int, default=80, metavar="N", help="photographs of 4000 x 3000 (80)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements as a list of objects")
    parser.add_argument("--quick", action="store_true", help="a few pictures, to see that everything runs")
    return parser.parse_args(arguments)


def measure(width: int, height: int, count: int, repetitions: int) -> dict:
    """Seconds of a first and of a second run over `count` photographs; the fastest of the repetitions."""
    print(f"making {count} photographs of {width} x {height} ...", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="pellucid-reading-") as folder:
        source, size = photographs(Path(folder), width, height, count)
        first, second = [], []  # (seconds, seconds of processor time over all cores)
        for repetition in range(repetitions):
            cache = Path(folder, f"cache-{repetition}")
            first.append(timed(source, cache))
            second.append(timed(source, cache))
    return {
        "width": width,
        "height": height,
        "count": count,
        "bytes": size,
        "first_seconds": min(first)[0],
        "second_seconds": min(second)[0],
        "first_cpu_seconds": min(cpu for _, cpu in first),
        "second_cpu_seconds": min(cpu for _, cpu in second),
        "first_spread": [min(first)[0], max(first)[0]],
        "second_spread": [min(second)[0], max(second)[0]],
        "repetitions": repetitions,
        "cpu": processor(),
        "cores": cores(),
        "versions": versions(["pillow", "numpy"]),
    }


def timed(source: Source, cache: Path) -> tuple[float, float]:
    """What a user waits for, the shape from the headers and all pixels: seconds, and seconds of all cores together."""
    start, cpu_start = time.perf_counter(), time.process_time()
    dataset = read(source, choose_shape(source), cache=cache)
    elapsed = time.perf_counter() - start, time.process_time() - cpu_start
    assert dataset.images.shape == (len(source), *SHAPE)
    return elapsed


def photographs(folder: Path, width: int, height: int, count: int) -> tuple[Source, float]:
    """A source of `count` files, and their mean size in bytes."""
    different = [photograph(seed, width, height) for seed in range(min(count, 16 if width < 1000 else 2))]
    paths = tuple(f"{index}.jpg" for index in range(count))
    for index, path in enumerate(paths):
        Path(folder, path).write_bytes(different[index % len(different)])
    labels = np.arange(count) % 2
    return Source("made", str(folder), paths, labels, ("a", "b"), "by turns", root=folder), np.mean([*map(len, different)])


def photograph(seed: int, width: int, height: int) -> bytes:
    """A JPEG file; each octave of noise has 0.55 of the strength of the one below."""
    rng = np.random.default_rng(seed)
    pixels, strength, cells = np.zeros((height, width, 3), np.float32), 40.0, 3
    while cells < min(width, height):
        coarse = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        octave = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
        pixels += (octave - 127.5) * (strength / 74)
        strength, cells = strength * 0.55, cells * 2
    pixels += rng.standard_normal((height, width, 1), dtype=np.float32) * GRAIN + 127.5
    stream = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def table(rows: list[dict]) -> str:
    """A row for each number of photographs, then what it was measured on."""
    lines = []
    for row in rows:
        count, first, second = row["count"], row["first_seconds"], row["second_seconds"]
        cells = (
            f"{count:,} of {row['width']} x {row['height']}",
            f"{row['bytes'] / 1000:,.0f}",
            f"{first:.2f} s",
            f"{count / first:,.0f}",
            f"{row['first_cpu_seconds'] / count * 1000:.2f}",
            f"{second:.3f} s",
            f"{count / second:,.0f}",
        )
        lines.append(cells)
    heading = ("photographs", "kB each", "first run", "pictures/s", "CPU ms each", "second run", "pictures/s")
    versions = ", ".join(f"{name} {version}" for name, version in rows[0]["versions"].items())
    return f"{Table(heading, lines, words=1).aligned()}\n\n{rows[0]['cpu']}, {rows[0]['cores']} cores; {versions}"


if __name__ == "__main__":
    main()
