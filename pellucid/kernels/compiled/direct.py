"""Convolutions of any size, stride and padding: the general route of `reference.convolution`, its matrix X never laid out.

Pictures are copied into frames of zeros, a chunk of outputs at a time. There the window of an output is one run of w C numbers for
each of its h rows, and `multiply_rows` reads the windows as they lie, overlapping:

    Z = X W        dW = X^T dZ        T = dZ W_i^T  for row i of the windows, added to the frame of dx where it belongs

Filters lie in panels of LANES: Z[panel, output, lane], dZ likewise; T in panels of the numbers in a run. Pictures of few channels
(1 grey, 3 colours) lose nothing, for each number of a window is multiplied with whole vectors of filters. Where the filters are so
few that a vector is not full, `several` outputs beside each other are taken as one: a wider window, a filter for each place.
"""

import functools
from typing import NamedTuple

import numpy as np

from pellucid.kernels.compiled.blocks import ROWS, multiply_columns, multiply_rows, panels
from pellucid.kernels.compiled.engine import called
from pellucid.kernels.compiled.simd import LANES, Variable, simd
from pellucid.kernels.compiled.spans import add, clear, copy
from pellucid.kernels.compiled.tasks import as_array, flat, floats, reader, table, task, whole
from pellucid.kernels.compiled.threads import threads, workspace

CHUNK = 128  # outputs, fewer where their Z and T would take more than 256 kB


def forward(x, W, b, stride, padding, relu, y, parallel):
    """The twin of `reference.convolution_forward`."""
    cut, numbers = _plan(x.shape, W.shape, stride, padding, relu, y.shape, 32)
    _forward(2, cut.pieces, [x, W, b, y, workspace(cut.size), numbers], parallel)


def backward(x, W, y, dy, stride, padding, relu, dW, db, dx, parallel):
    """The twin of `reference.convolution_backward`."""
    cut, numbers = _plan((dx if x is None else x).shape, W.shape, stride, padding, relu, y.shape, 8)
    s = workspace(cut.size)
    _backward(3, cut.pieces, [x, W, y, dy, dW, dx, s, numbers], parallel)
    if db is not None:
        parts = s[cut.parts :][: cut.pieces * cut.part].reshape(cut.pieces, cut.part)
        np.add.reduce(parts[:, : cut.several * len(db)].reshape(cut.pieces * cut.several, len(db)), axis=0, out=db)


class _Plan(NamedTuple):
    """How the work is cut, and where in the scratch memory what lies."""

    stride: int
    top: int
    left: int
    relu: int
    pieces: int
    several: int  # outputs taken as one
    group: int  # pictures in a chunk, if they are whole in it; else 1
    band: int  # rows of outputs in a chunk
    frame: int  # rows of a frame
    wide: int  # pixels in a row of a frame
    panel: int  # numbers in a panel of Z or T
    filters: int  # W in panels, the same for all pieces
    bias: int
    own: int  # the memory of each thread; what follows counts from there
    own_size: int
    places: int  # at 0 lies the list of where windows begin, here that of where outputs lie in a panel
    F: int  # frames of x
    Z: int
    D: int  # frames of dx
    T: int
    parts: int  # the memory of each piece: its part of db, then of dW
    part: int
    dW: int
    size: int


_plan_on = reader(_Plan)


@functools.lru_cache(1024)
def _plan(x_shape, W_shape, stride, padding, relu, y_shape, most_pieces) -> tuple[_Plan, np.ndarray]:
    (h, w, C, O), (N, P, Q, _), (top, left) = W_shape, y_shape, padding
    # A window that is `several` outputs wide costs w + (several - 1) stride columns instead of several w.
    several = min((m for m in range(1, Q + 1) if Q % m == 0 and m * O <= max(O, LANES)), key=lambda m: (w - stride) / m)
    O, Q, w, across = several * O, Q // several, w + (several - 1) * stride, several * stride
    O_panels, run_panels = -(-O // LANES), -(-w * C // LANES)
    most = max(32, min(CHUNK, 4096 // (O_panels + run_panels)))
    group, band = (min(N, most // (P * Q)), P) if P * Q <= most else (1, min(P, max(1, most // Q)))
    frame, wide = (band - 1) * stride + max(h, stride), max(left + x_shape[2], (Q - 1) * across + w)
    rows = _lines(group * band * Q + ROWS)
    sizes = {
        "places": rows,
        "F": rows,
        "Z": _lines(group * frame * wide * C + ROWS),
        "D": O_panels * rows * LANES,
        "T": _lines(group * frame * wide * C),
        "own_size": run_panels * rows * LANES,
    }
    offsets = dict(zip(sizes, np.cumsum(list(sizes.values())).tolist()))
    bias = max(h * w * C * O_panels, h * run_panels * O) * LANES
    dW, own = O_panels * LANES, bias + O_panels * LANES
    parts, part = own + threads.most * offsets["own_size"], dW + O_panels * h * -(-w * C // ROWS) * ROWS * LANES
    pieces = max(1, min(most_pieces, -(-N // group)))
    cut = (stride, top, left, relu, pieces, several, group, band, frame, wide, rows * LANES, 0, bias)
    plan = _Plan(*cut, **offsets, own=own, parts=parts, part=part, dW=dW, size=parts + pieces * part)
    return plan, as_array(plan)


def _lines(count: int) -> int:
    """Filled up to whole lines of the cache."""
    return -(-count // 16) * 16


@simd
def _finish(code, s, i, count, b, floor, y, o, step, lanes):
    """y = max(z + b, floor) for `count` outputs of one panel."""
    bias = s.vector(b)
    with code.loop(count) as k:
        y.put(o + k * step, (s.vector(i + k * LANES) + bias).at_least(floor), lanes)


@simd
def _output_gradient(code, dy, y, relu, i, step, lanes, count, s, o, db):
    """dz = dy, or dy [y > 0] if relu, and db += sum dz, for `count` outputs of one panel."""
    total = Variable(s.vector(db))
    with code.loop(count) as k:
        dz = Variable(dy.vector(i + k * step, lanes))
        with code.when(relu > 0):
            dz.set(dz.get() * (y.vector(i + k * step, lanes) > 0).to_float())
        s.put(o + k * LANES, dz.get())
        total.set(total.get() + dz.get())
    s.put(db, total.get())


@simd
def _scatter(code, s, o, T, panel, count):
    """s[o:][:count] += what one output has in the panels at T."""
    code.vectors(count, lambda k, n: s.put(o + k, s.vector(o + k, n) + s.vector(T + k // LANES * panel), n))


@simd
def _pack(code, W, i, s, o, lanes):
    s.put(o, W.vector(i, lanes), lanes)


@simd
def _sum_parts(code, s, i, pieces, piece, several, place, dW, o, lanes):
    """dW = the sum of what the pieces have found for each of the outputs taken as one, in a fixed order."""
    total = Variable(code.zeros())
    with code.loop(pieces) as t:
        with code.loop(several) as k:
            total.set(total.get() + s.vector(i + t * piece + k * place))
    dW.put(o, total.get(), lanes)


@called
def _fill(x, first, count, h, height, frame, left, wide, s, F):
    """Frames of `count` pictures: `height` rows from row h on. What lies beside a picture was cleared once and for all."""
    _, H, W, C = x.shape
    for n in range(count):
        for r in range(height):
            o = F + (n * frame + r) * wide * C
            if 0 <= h + r < H:
                copy(s, o + left * C, x, ((first + n) * H + h + r) * W * C, W * C)
            else:
                clear(s, o, wide * C)


@called
def _unfill(dx, first, count, h, height, old, last, frame, left, wide, s, D):
    """dx = what the frames hold, from row h on, added to rows above row `old`, which are already there."""
    _, H, W, C = dx.shape
    for n in range(count):
        for r in range(max(0, -h), H - h if last else min(height, H - h)):
            o, i = ((first + n) * H + h + r) * W * C, D + ((n * frame + r) * wide + left) * C
            if r < height:
                add(dx, o, s, i, W * C, h + r < old)
            else:
                clear(dx, o, W * C)


@called
def _find(index, windows, places, count, height, Q, stride, across, frame, wide, C):
    """Where in the frames the windows begin, and where in a panel the outputs lie; a few more of each for the products."""
    k = 0
    for n in range(count):
        for p in range(height):
            for q in range(Q):
                index[windows + k] = ((n * frame + p * stride) * wide + q * across) * C
                k += 1
    for r in range(ROWS):
        index[windows + k + r] = 0
    for r in range(k + ROWS):
        index[places + r] = r * LANES
    return k


@task
def _forward(phase, t, thread, words):
    """Phase 0: the filters in panels. Phase 1: the outputs of some chunks."""
    w = table(words)
    x, W, b, y, s, index, plan = floats(w[0]), floats(w[1]), flat(w[2]), floats(w[3]), flat(w[4]), whole(w[4]), _plan_on(w[5])
    stride, top, left, pieces = plan.stride, plan.top, plan.left, plan.pieces
    several, group, band = plan.several, plan.group, plan.band
    frame, wide, panel, filters, bias = plan.frame, plan.wide, plan.panel, plan.filters, plan.bias
    at = plan.own + thread * plan.own_size
    places, F, Z = at + plan.places, at + plan.F, at + plan.Z
    (h, width, C, O), (N, P, Q, _) = W.shape, y.shape
    run = (width + (several - 1) * stride) * C
    lines = h * run
    if phase == 0:
        for k in range(t * lines // pieces, (t + 1) * lines // pieces):
            for p in range(panels(several * O)):
                clear(s, filters + (p * lines + k) * LANES, LANES)
            for m in range(several):
                place = k % run - m * stride * C
                if 0 <= place < width * C:
                    for p in range(panels(O)):
                        i, o = (k // run * width * C + place) * O + p * LANES, filters + (p * lines + k) * LANES + m * O
                        _pack(W, i, s, o, min(LANES, O - p * LANES))
        for o in range(t, panels(several * O) * LANES, pieces):
            s[bias + o] = b[o % O] if o < several * b.size else 0
        return
    O, Q, floor = several * O, Q // several, np.float32(0 if plan.relu else -np.inf)
    groups, bands = (N + group - 1) // group, (P + band - 1) // band
    clear(s, F, group * frame * wide * C)
    for unit in range(t * groups * bands // pieces, (t + 1) * groups * bands // pieces):
        first, p = unit // bands * group, unit % bands * band
        count, height = min(group, N - first), min(band, P - p)
        outputs = _find(index, at, places, count, height, Q, stride, several * stride, frame, wide, C)
        _fill(x, first, count, p * stride - top, (height - 1) * stride + h, frame, left, wide, s, F)
        multiply_rows(s, index, F, at, lines, run, wide * C, filters, lines * LANES, Z, places, panel, panels(O), outputs)
        for o in range(0, O, LANES):
            for n in range(count):
                i = Z + o // LANES * panel + n * height * Q * LANES
                _finish(s, i, height * Q, bias + o, floor, y, ((first + n) * P + p) * Q * O + o, O, O - o)


@task
def _backward(phase, t, thread, words):
    """Phase 0: the filters transposed, in panels. Phase 1: dx, db and a partial dW of some pictures. Phase 2: dW."""
    w = table(words)
    x, W, y, dy = floats(w[0]), floats(w[1]), floats(w[2]), floats(w[3])
    dW, dx, s, index, plan = floats(w[4]), floats(w[5]), flat(w[6]), whole(w[6]), _plan_on(w[7])
    stride, top, left, pieces = plan.stride, plan.top, plan.left, plan.pieces
    several, group, band = plan.several, plan.group, plan.band
    frame, wide, panel, filters = plan.frame, plan.wide, plan.panel, plan.filters
    at, db = plan.own + thread * plan.own_size, plan.parts + t * plan.part
    places, F, Z, D, T, part = at + plan.places, at + plan.F, at + plan.Z, at + plan.D, at + plan.T, db + plan.dW
    (h, width, C, O), (N, P, Q, _) = W.shape, dy.shape
    run = (width + (several - 1) * stride) * C
    lines = (run + ROWS - 1) // ROWS * ROWS
    if phase == 0:
        if dx.size:
            flat_W = flat(w[1])
            for line in range(t * h * panels(run) // pieces, (t + 1) * h * panels(run) // pieces):
                i, k = line // panels(run), line % panels(run) * LANES
                for o in range(several * O):
                    for lane in range(LANES):
                        place = k + lane - o // O * stride * C
                        inside = 0 <= place < width * C
                        number = flat_W[(i * width * C + place) * O + o % O] if inside else np.float32(0)
                        s[filters + (line * several * O + o) * LANES + lane] = number
        return
    if phase == 2:
        if dW.size:
            for k in range(t * h * width * C // pieces, (t + 1) * h * width * C // pieces):
                i = plan.parts + plan.dW + (k // (width * C) * lines + k % (width * C)) * LANES
                for p in range(panels(O)):
                    step = stride * C * LANES + O
                    i_p = i + p * h * lines * LANES
                    _sum_parts(s, i_p, pieces, plan.part, several, step, dW, k * O + p * LANES, O - p * LANES)
        return
    O, Q = several * O, Q // several
    groups, bands = (N + group - 1) // group, (P + band - 1) // band
    begin = t * groups // pieces * bands
    clear(s, db, panels(O) * LANES)
    if dW.size:
        clear(s, F, group * frame * wide * C)
    for unit in range(begin, (t + 1) * groups // pieces * bands):
        first, p = unit // bands * group, unit % bands * band
        count, height = min(group, N - first), min(band, P - p)
        rows = (height - 1) * stride + max(h, stride)
        outputs = _find(index, at, places, count, height, Q, stride, several * stride, frame, wide, C)
        for o in range(0, O, LANES):
            for n in range(count):
                i, z = ((first + n) * P + p) * Q * O + o, Z + o // LANES * panel + n * height * Q * LANES
                _output_gradient(dy, y, plan.relu, i, O, O - o, height * Q, s, z, db + o)
        if dW.size:
            _fill(x, first, count, p * stride - top, (height - 1) * stride + h, frame, left, wide, s, F)
            for i in range(h):
                a, c, step = F + i * wide * C, part + i * lines * LANES, h * lines * LANES
                multiply_columns(s, index, a, at, LANES, run, outputs, Z, panel, c, step, panels(O), unit > begin)
        if dx.size:
            for n in range(count):
                clear(s, D + n * frame * wide * C, rows * wide * C)
            for i in range(h):
                weights = filters + i * panels(run) * O * LANES
                multiply_rows(s, index, Z, places, O, LANES, panel, weights, O * LANES, T, places, panel, panels(run), outputs)
                for q in range(Q):  # windows beside each other overlap: those of other rows come between
                    for row in range(count * height):
                        k = row * Q + q
                        _scatter(s, D + index[at + k] + i * wide * C, T + k * LANES, panel, run)
            old = (p - 1) * stride + max(h, stride) - top if p else -top
            _unfill(dx, first, count, p * stride - top, rows, old, p + height == P, frame, left, wide, s, D)
