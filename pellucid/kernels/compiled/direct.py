"""Convolutions of any size, stride and padding: the general route of `reference.convolution`, its matrix X never laid out.

Pictures are copied into frames of zeros, a chunk of outputs at a time. There the window of an output is one run of w C numbers for
each of its h rows, and `multiply_rows` reads the windows as they lie, overlapping:

    Z = X W        dW = X^T dZ        T = dZ W_i^T  for row i of the windows, added to the frame of dx where it belongs

Channels of Z, dZ and T lie in panels of LANES: Z[panel, output, lane]. Pictures of few channels (1 grey, 3 colours) lose nothing:
each number of a window is multiplied with whole vectors of filters.
"""



import functools

import numpy as np

from pellucid.kernels.compiled.blocks import ROWS, multiply_columns, multiply_rows
from pellucid.kernels.compiled.engine import compiled
from pellucid.kernels.compiled.simd import LANES, Variable, simd
from pellucid.kernels.compiled.spans import add, clear, copy
from pellucid.kernels.compiled.tasks import aligned, flat, floats, integers, table, task, whole


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
            dz.set((y.vector(i + k * step, lanes) > 0).where(dz.get(), code.zeros()))
        s.put(o + k * LANES, dz.get())
        total.set(total.get() + dz.get())
    s.put(db, total.get())


@simd
def _scatter(code, s, o, t, t_panel, count):
    """s[o:][:count] += the lanes of one output in the panels at t."""
    def add_vector(k, n):
        s.put(o + k, s.vector(o + k, n) + s.vector(t + k // LANES * t_panel), n)

    code.vectors(count, add_vector)


@simd
def _pack(code, W, i, s, o, lanes):
    s.put(o, W.vector(i, lanes))


@simd
def _sum_pieces(code, s, i, pieces, piece, dW, o, lanes):
    """dW = the sum of what the pieces have found, in their order."""
    total = Variable(code.zeros())
    with code.loop(pieces) as t:
        total.set(total.get() + s.vector(i + t * piece))
    dW.put(o, total.get(), lanes)


@compiled
def _panels(channels):
    return (channels + LANES - 1) // LANES


@compiled
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


@compiled
def _find(index, windows, places, count, height, Q, stride, frame, wide, C):
    """Where in the frames the windows begin, and where in a panel the outputs lie; a few more of each for the products."""
    k = 0
    for n in range(count):
        for p in range(height):
            for q in range(Q):
                index[windows + k] = ((n * frame + p * stride) * wide + q * stride) * C
                k += 1
    for r in range(ROWS):
        index[windows + k + r] = 0
    for r in range(k + ROWS):
        index[places + r] = r * LANES
    return k


@compiled
def _unfill(dx, first, count, h, height, old, last, frame, left, wide, s, D):
    """Add what the frames hold to dx where rows of it, above row `old`, have been written already; write it to the others."""
    _, H, W, C = dx.shape
    for n in range(count):
        for r in range(max(0, -h), (H - h) if last else min(height, H - h)):
            o, i = ((first + n) * H + h + r) * W * C, D + ((n * frame + r) * wide + left) * C
            if r < height:
                add(dx, o, s, i, W * C, h + r < old)
            else:
                clear(dx, o, W * C)


@task
def _forward(phase, t, words):
    """Phase 0: the filters in panels. Phase 1: the outputs of some chunks."""
    w = table(words)
    x, W, b, y, s, plan = floats(w[0]), floats(w[1]), flat(w[2]), floats(w[3]), flat(w[4]), integers(w[5])
    stride, top, left, relu, pieces, group, band, frame, wide, panel = plan[:10]
    filters, bias, windows, F, Z = plan[10], plan[11], plan[12] + t * plan[13], plan[14] + t * plan[13], plan[15] + t * plan[13]
    places = windows + panel // LANES
    h, _, C, O = W.shape
    run, K = W.shape[1] * C, h * W.shape[1] * C
    if phase == 0:
        for k in range(t * K // pieces, (t + 1) * K // pieces):
            for p in range(_panels(O)):
                _pack(W, k * O + p * LANES, s, filters + (p * K + k) * LANES, O - p * LANES)
        for o in range(_panels(O) * LANES):
            s[bias + o] = b[o] if o < b.size else 0
        return
    N, P, Q, _ = y.shape
    index, floor = whole(w[4]), np.float32(0 if relu else -np.inf)
    groups, bands = (N + group - 1) // group, (P + band - 1) // band
    clear(s, F, group * frame * wide * C)
    for unit in range(t * groups * bands // pieces, (t + 1) * groups * bands // pieces):
        first, p = unit // bands * group, unit % bands * band
        count, height = min(group, N - first), min(band, P - p)
        outputs = _find(index, windows, places, count, height, Q, stride, frame, wide, C)
        _fill(x, first, count, p * stride - top, (height - 1) * stride + h, frame, left, wide, s, F)
        multiply_rows(s, index, F, windows, K, run, wide * C, filters, K * LANES, Z, places, panel, _panels(O), outputs)
        for o in range(0, O, LANES):
            for n in range(count):
                i = Z + o // LANES * panel + n * height * Q * LANES
                _finish(s, i, height * Q, bias + o, floor, y, ((first + n) * P + p) * Q * O + o, O, O - o)


@task
def _backward(phase, t, words):
    """Phase 0: the filters transposed, in panels. Phase 1: dx, db and a partial dW of some pictures. Phase 2: dW."""
    w = table(words)
    x, W, y, dy = floats(w[0]), floats(w[1]), floats(w[2]), floats(w[3])
    dW, dx, s, plan = floats(w[4]), floats(w[5]), flat(w[6]), integers(w[7])
    stride, top, left, relu, pieces, group, band, frame, wide, panel = plan[:10]
    filters, windows, F, Z = plan[10], plan[12] + t * plan[13], plan[14] + t * plan[13], plan[15] + t * plan[13]
    places = windows + panel // LANES
    db, D, T, part = plan[16] + t * plan[13], plan[17] + t * plan[13], plan[18] + t * plan[13], plan[19] + t * plan[13]
    h, _, C, O = W.shape
    run = W.shape[1] * C
    lines = (run + ROWS - 1) // ROWS * ROWS
    if phase == 0:
        if dx.size:
            flat_W = W.reshape(W.size)
            for line in range(t * h * _panels(run) // pieces, (t + 1) * h * _panels(run) // pieces):
                i, k = line // _panels(run), line % _panels(run) * LANES
                for o in range(O):
                    for lane in range(LANES):
                        inside = k + lane < run
                        s[filters + (line * O + o) * LANES + lane] = flat_W[(i * run + k + lane) * O + o] if inside else 0
        return
    if phase == 2:
        if dW.size:
            for k in range(t * h * run // pieces, (t + 1) * h * run // pieces):
                i = plan[19] + (k // run * lines + k % run) * LANES
                for p in range(_panels(O)):
                    _sum_pieces(s, i + p * h * lines * LANES, pieces, plan[13], dW, k * O + p * LANES, O - p * LANES)
        return
    N, P, Q, _ = dy.shape
    clear(s, db, _panels(O) * LANES)
    index = whole(w[6])
    groups, bands = (N + group - 1) // group, (P + band - 1) // band
    begin = t * groups // pieces * bands
    if dW.size:
        clear(s, F, group * frame * wide * C)
    for unit in range(begin, (t + 1) * groups // pieces * bands):
        first, p = unit // bands * group, unit % bands * band
        count, height = min(group, N - first), min(band, P - p)
        rows = (height - 1) * stride + max(h, stride)
        outputs = _find(index, windows, places, count, height, Q, stride, frame, wide, C)
        for o in range(0, O, LANES):
            for n in range(count):
                i, z = ((first + n) * P + p) * Q * O + o, Z + o // LANES * panel + n * height * Q * LANES
                _output_gradient(dy, y, relu, i, O, O - o, height * Q, s, z, db + o)
        if dW.size:
            _fill(x, first, count, p * stride - top, (height - 1) * stride + h, frame, left, wide, s, F)
            for i in range(h):
                a, c = F + i * wide * C, part + i * lines * LANES
                multiply_columns(s, index, a, windows, LANES, run, outputs, Z, panel, c, h * lines * LANES, _panels(O), unit > begin)
        if dx.size:
            for n in range(count):
                clear(s, D + n * frame * wide * C, rows * wide * C)
            for i in range(h):
                weights = filters + i * _panels(run) * O * LANES
                multiply_rows(s, index, Z, places, O, LANES, panel, weights, O * LANES, T, places, panel, _panels(run), outputs)
                for q in range(Q):
                    for row in range(count * height):
                        k = row * Q + q
                        _scatter(s, D + index[windows + k] + i * wide * C, T + k * LANES, panel, run)
            old = (p - 1) * stride + max(h, stride) - top if p else -top
            _unfill(dx, first, count, p * stride - top, rows, old, p + height == P, frame, left, wide, s, D)


def forward(x, W, b, stride, padding, relu, y, scratch, parallel):
    """The twin of `reference.convolution_forward`."""
    plan = _plan(x.shape, W.shape, stride, padding, relu, y.shape)
    _forward(2, plan[4], [x, W, b, y, aligned(scratch), plan], parallel)


def backward(x, W, y, dy, stride, padding, relu, dW, db, dx, scratch, parallel):
    """The twin of `reference.convolution_backward`."""
    plan = _plan((dx if x is None else x).shape, W.shape, stride, padding, relu, y.shape)
    s = aligned(scratch)
    _backward(3, plan[4], [x, W, y, dy, dW, dx, s, plan], parallel)
    if db is not None:
        slots, at = s[plan[12] :][: plan[4] * plan[13]].reshape(plan[4], plan[13]), plan[16] - plan[12]
        np.add.reduce(slots[:, at : at + len(db)], axis=0, out=db)


def scratch_size(x_shape, W_shape, stride, padding, y_shape) -> int:
    plan = _plan(x_shape, W_shape, stride, padding, False, y_shape)
    return int(plan[12] + plan[4] * plan[13]) + 16


@functools.lru_cache(1024)
def _plan(x_shape, W_shape, stride, padding, relu, y_shape) -> np.ndarray:
    """Numbers for the kernels: geometry, how the work is cut, and where in the scratch memory what begins."""
    (h, w, C, O), (N, P, Q, _), (top, left) = W_shape, y_shape, padding
    O_panels, T_panels = -(-O // LANES), -(-w * C // LANES)
    most = max(32, min(128, 4096 // (O_panels + T_panels)))  # outputs in a chunk: Z and T together take at most 256 kB
    group, band = (min(N, most // (P * Q)), P) if P * Q <= most else (1, max(1, most // Q))
    group, band = max(1, group), min(band, P)
    frame, wide = (band - 1) * stride + max(h, stride), max(left + x_shape[2], (Q - 1) * stride + w)
    panel = (-(-group * band * Q // LANES) * LANES + LANES) * LANES
    pieces = max(1, min(8, -(-N // group)))
    bias = max(h * w * C * O_panels, h * T_panels * O) * LANES
    index = bias + O_panels * LANES
    F = index + 2 * panel // LANES
    Z = F + -(-(group * frame * wide * C + ROWS) // 16) * 16
    db = Z + O_panels * panel
    D = db + O_panels * LANES
    T = D + -(-group * frame * wide * C // 16) * 16
    part = T + T_panels * panel
    slot = part + O_panels * h * -(-w * C // ROWS) * ROWS * LANES - index
    cut = (stride, top, left, relu, pieces, group, band, frame, wide, panel)
    return np.array([*cut, 0, bias, index, slot, F, Z, db, D, T, part], np.int64)
