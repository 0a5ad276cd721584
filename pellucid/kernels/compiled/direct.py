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
from pellucid.kernels.compiled.direct_frames import chunk_of, fill, find, parts, unfill
from pellucid.kernels.compiled.engine import called, exact
from pellucid.kernels.compiled.simd import LANES, Variable, simd
from pellucid.kernels.compiled.spans import clear
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
    O: int  # channels of what is so taken as one,
    Q: int  # how many there are in a row,
    run: int  # and numbers in a row of its window
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
    cut = (stride, top, left, relu, pieces, several, O, Q, w * C, group, band, frame, wide, rows * LANES, 0, bias)
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


@task
def _forward(phase, t, thread, words):
    """Phase 0: the filters in panels. Phase 1: the outputs of some chunks."""
    w = table(words)
    x, W, b, y, s, index, plan = floats(w[0]), floats(w[1]), flat(w[2]), floats(w[3]), flat(w[4]), whole(w[4]), _plan_on(w[5])
    if phase == 0:
        _pack_filters(t, W, b, s, plan)
    else:
        _outputs(t, thread, x, W.shape[0], y, s, index, plan)


@called
def _pack_filters(t, W, b, s, plan):
    """W and b in panels: a line for each number of a window, which holds a filter for each of the outputs taken as one."""
    h, width, C, O = W.shape
    lines = h * plan.run
    for k in range(t * lines // plan.pieces, (t + 1) * lines // plan.pieces):
        for p in range(panels(plan.O)):
            clear(s, plan.filters + (p * lines + k) * LANES, LANES)
        for m in range(plan.several):
            place = k % plan.run - m * plan.stride * C
            if 0 <= place < width * C:
                for p in range(panels(O)):
                    i, o = (k // plan.run * width * C + place) * O + p * LANES, plan.filters + (p * lines + k) * LANES + m * O
                    _pack(W, i, s, o, min(LANES, O - p * LANES))
    for o in range(t, panels(plan.O) * LANES, plan.pieces):
        s[plan.bias + o] = b[o % O] if o < plan.several * b.size else 0


@called
def _outputs(t, thread, x, h, y, s, index, plan):
    """Z = X W, and y = max(Z + b, floor), for some chunks."""
    C, O = x.shape[3], plan.O
    lines, floor = h * plan.run, np.float32(0 if plan.relu else -np.inf)
    at = plan.own + thread * plan.own_size
    places, F, Z = at + plan.places, at + plan.F, at + plan.Z
    groups, bands = parts(y, plan)
    clear(s, F, plan.group * plan.frame * plan.wide * C)
    for unit in range(t * groups * bands // plan.pieces, (t + 1) * groups * bands // plan.pieces):
        chunk = chunk_of(unit, y, plan)
        outputs = find(chunk, C, index, at, plan)
        fill(x, chunk, (chunk.height - 1) * plan.stride + h, s, F, plan)
        multiply_rows(
            s, index, F, at, lines, plan.run, plan.wide * C,
            plan.filters, lines * LANES, Z, places, plan.panel, panels(O), outputs,
        )  # fmt: skip
        count = chunk.height * plan.Q
        for o in range(0, O, LANES):
            for n in range(chunk.count):
                i, k = Z + o // LANES * plan.panel + n * count * LANES, ((chunk.first + n) * y.shape[1] + chunk.p) * plan.Q * O + o
                _finish(s, i, count, plan.bias + o, floor, y, k, O, O - o)


@task
def _backward(phase, t, thread, words):
    """Phase 0: the filters transposed, in panels. Phase 1: dx, db and a partial dW of some pictures. Phase 2: dW."""
    w = table(words)
    x, W, y, dy = floats(w[0]), floats(w[1]), floats(w[2]), floats(w[3])
    dW, dx, s, index, plan = floats(w[4]), floats(w[5]), flat(w[6]), whole(w[6]), _plan_on(w[7])
    if phase == 1:
        _gradients(t, thread, x, W.shape[0], W.shape[2], y, dy, dW, dx, s, index, plan)
    elif phase == 0 and dx.size:
        _pack_transposed(t, flat(w[1]), W.shape, s, plan)
    elif phase == 2 and dW.size:
        _sum_weight_gradient(t, dW, s, plan)


@called
def _pack_transposed(t, W, shape, s, plan):
    """W_i^T in panels, for each row i of the windows: a line for each channel of what is taken as one output."""
    h, width, C, O = shape
    count = panels(plan.run)
    for line in range(t * h * count // plan.pieces, (t + 1) * h * count // plan.pieces):
        i, k = line // count, line % count * LANES
        for o in range(plan.O):
            for lane in range(LANES):
                place = k + lane - o // O * plan.stride * C
                inside = 0 <= place < width * C
                number = W[(i * width * C + place) * O + o % O] if inside else np.float32(0)
                s[plan.filters + (line * plan.O + o) * LANES + lane] = number


@called
def _gradients(t, thread, x, h, C, y, dy, dW, dx, s, index, plan):
    """dx, db and a partial dW of some pictures, chunk by chunk."""
    at, db = plan.own + thread * plan.own_size, plan.parts + t * plan.part
    groups, bands = parts(y, plan)
    begin, stop = t * groups // plan.pieces * bands, (t + 1) * groups // plan.pieces * bands
    clear(s, db, panels(plan.O) * LANES)
    if dW.size:
        clear(s, at + plan.F, plan.group * plan.frame * plan.wide * C)
    for unit in range(begin, stop):
        chunk = chunk_of(unit, y, plan)
        outputs = find(chunk, C, index, at, plan)
        _output_gradients(chunk, y, dy, s, at + plan.Z, db, plan)
        if dW.size:
            _weight_gradient(chunk, outputs, x, h, s, index, at, db + plan.dW, unit > begin, plan)
        if dx.size:
            _input_gradient(chunk, outputs, chunk.p + chunk.height == y.shape[1], h, dx, s, index, at, plan)


@exact(inline=True)
def _output_gradients(chunk, y, dy, s, Z, db, plan):
    """dZ = dy, or dy [y > 0] if relu        db += sum dZ."""
    O, count = plan.O, chunk.height * plan.Q
    for o in range(0, O, LANES):
        for n in range(chunk.count):
            i, z = ((chunk.first + n) * y.shape[1] + chunk.p) * plan.Q * O + o, Z + o // LANES * plan.panel + n * count * LANES
            _output_gradient(dy, y, plan.relu, i, O, O - o, count, s, z, db + o)


@exact(inline=True)
def _weight_gradient(chunk, outputs, x, h, s, index, at, dW, add, plan):
    """dW = X^T dZ, or dW += that, for each row of the windows."""
    F, Z, row = at + plan.F, at + plan.Z, plan.wide * x.shape[3]
    lines = _padded_run(plan)
    fill(x, chunk, (chunk.height - 1) * plan.stride + h, s, F, plan)
    for i in range(h):
        o = dW + i * lines * LANES
        multiply_columns(
            s, index, F + i * row, at, LANES, plan.run, outputs, Z, plan.panel, o, h * lines * LANES, panels(plan.O), add
        )  # fmt: skip


@exact(inline=True)
def _input_gradient(chunk, outputs, last, h, dx, s, index, at, plan):
    """T = dZ W_i^T for row i of the windows, added to the frame of dx where it belongs."""
    places, Z, D, T = at + plan.places, at + plan.Z, at + plan.D, at + plan.T
    O, row, count, reach = plan.O, plan.wide * dx.shape[3], panels(plan.run), max(h, plan.stride)
    rows = (chunk.height - 1) * plan.stride + reach
    for n in range(chunk.count):
        clear(s, D + n * plan.frame * row, rows * row)
    for i in range(h):
        W = plan.filters + i * count * O * LANES
        multiply_rows(s, index, Z, places, O, LANES, plan.panel, W, O * LANES, T, places, plan.panel, count, outputs)
        for q in range(plan.Q):  # windows beside each other overlap: those of other rows come between
            for line in range(chunk.count * chunk.height):
                k = line * plan.Q + q
                _scatter(s, D + index[at + k] + i * row, T + k * LANES, plan.panel, plan.run)
    unfill(dx, chunk, rows, reach - plan.stride if chunk.p else 0, last, s, D, plan)


@called
def _sum_weight_gradient(t, dW, s, plan):
    """dW = the sum of all pieces' parts: the t-th part of it."""
    h, width, C, O = dW.shape
    run, lines = width * C, _padded_run(plan)
    for k in range(t * h * run // plan.pieces, (t + 1) * h * run // plan.pieces):
        i = plan.parts + plan.dW + (k // run * lines + k % run) * LANES
        for p in range(panels(O)):
            step, o = plan.stride * C * LANES + O, k * O + p * LANES
            _sum_parts(s, i + p * h * lines * LANES, plan.pieces, plan.part, plan.several, step, dW, o, O - p * LANES)


@called
def _padded_run(plan):
    """Lines of a part of dW for a row of the windows."""
    return (plan.run + ROWS - 1) // ROWS * ROWS
