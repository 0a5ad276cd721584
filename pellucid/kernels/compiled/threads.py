"""Threads that share the pieces of a kernel, and the scratch memory of each.

The caller posts a job on the board and computes pieces of it itself; helpers that are awake claim pieces, one at a time, by
counting up the ticket. So no piece waits for a thread that is not running: on a machine that another program keeps busy the
caller computes nearly everything, and waits at the end of a phase only for pieces that were begun (docs/decisions/0014).

A helper looks for work a while, then sleeps until it is woken. Where the caller has waited long for helpers it does without them
for a multiple of that time.
"""

import contextlib
import ctypes
import os
import sys
import threading
import time

import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba import int64, types
from numba.extending import intrinsic

from pellucid.kernels.compiled.engine import compiled

MOST = 16  # threads
PATIENCE = 2000  # turns of some 20 ns each that the caller looks for the end of a phase before it makes room for others
LINGER = 5000  # turns that a helper looks for work before it sleeps: 100 us, as Adam and the next batch of a small network take
REST = 8  # times as long as helpers were waited for, or were of no use, they are left alone
USE = 1 / 8  # of the pieces, which helpers should compute
PATIENT = 1e-3  # seconds of jobs in which they were of no use, after which that counts: they may have to wake first
LONG = 0.05  # seconds: what is longer may have been a compilation

TICKET, DONE, HELPED, ADDRESS, WORDS, POSTED, ASLEEP = 0, 8, 9, 16, 17, 18, 24  # words of the board, on cache lines of their own

if sys.platform == "win32":
    _yield, _clock = ctypes.windll.kernel32.SwitchToThread, ctypes.windll.kernel32.QueryPerformanceCounter
    _ticks = ctypes.c_int64()
    ctypes.windll.kernel32.QueryPerformanceFrequency(ctypes.byref(_ticks))
    CLOCK, TICK = (), (1 / _ticks.value, 0.0)  # arguments before the place of the answer; seconds that its two numbers count
else:
    _yield, _clock = ctypes.CDLL(None).sched_yield, ctypes.CDLL(None).clock_gettime
    CLOCK, TICK = (time.CLOCK_MONOTONIC,), (1.0, 1e-9)
llvmlite.binding.add_symbol("pellucid_yield", ctypes.cast(_yield, ctypes.c_void_p).value)
llvmlite.binding.add_symbol("pellucid_clock", ctypes.cast(_clock, ctypes.c_void_p).value)


class Threads:
    """Who may use the helpers: one kernel of the process at a time, and none in a forked child, which has none."""

    def __init__(self):
        self.lock, self.forked = threading.Lock(), False
        self.most = min(MOST, numba.config.NUMBA_NUM_THREADS)
        self._board = on_a_line(np.zeros(ASLEEP + MOST + 16, np.int64))
        self._at, self._wakers = self._board.__array_interface__["data"][0], []
        self._rested = self._in_vain = 0.0
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._in_child)

    def _in_child(self) -> None:
        self.forked = True

    @property
    def count(self) -> int:
        """Threads that share a kernel, the caller's among them: what was told Numba, whose own pool is not started to ask it."""
        asked = getattr(numba.np.ufunc.parallel, "_is_initialized", False)
        return min(self.most, numba.get_num_threads()) if asked else self.most

    def run(self, parallel: bool, jobs: np.ndarray) -> None:
        """One job after the other; of each, all pieces of a phase, then those of the next.

        jobs: (n, 5) int64, a row (parallel, address, phases, pieces, words) each. parallel: whether any of them is. Serial where
        helpers are not wanted, taken or absent: the same bits.
        """
        if not parallel or self.forked or self.count == 1 or not self.lock.acquire(blocking=False):
            return _alone(jobs)
        try:
            start = time.perf_counter()
            if start < self._rested:
                return _alone(jobs)
            self._board[POSTED] = 1
            self._wake()
            waited, helped = _lead(self._at, jobs)
            now = time.perf_counter()
            self._in_vain = 0.0 if helped > USE else self._in_vain + min(now - start, LONG)
            if waited > (now - start) / 4:
                self._rested = now + REST * waited
            elif self._in_vain > PATIENT:
                self._rested, self._in_vain = now + REST * self._in_vain, 0.0
        finally:
            self._board[POSTED] = 0
            self.lock.release()

    def _wake(self) -> None:
        wanted = self.count - 1
        while len(self._wakers) < wanted:
            self._start()
        for number, waker in enumerate(self._wakers[:wanted], 1):
            if self._board[ASLEEP + number]:
                self._board[ASLEEP + number] = 0
                with contextlib.suppress(RuntimeError):  # it has woken by itself
                    waker.release()

    def _start(self) -> None:
        """One more helper. Its code is compiled first, by the caller."""
        _help.get_compile_result(types.void(int64, int64))
        waker, number = threading.Lock(), len(self._wakers) + 1
        waker.acquire()
        self._wakers.append(waker)
        threading.Thread(target=self._help, args=(number, waker), name=f"pellucid-{number}", daemon=True).start()

    def _help(self, number: int, waker: threading.Lock) -> None:
        while True:
            _help(self._at, number)
            self._board[ASLEEP + number] = 1
            if self._board[POSTED]:  # since it last looked; the caller took it for awake, and would do the whole job alone
                self._board[ASLEEP + number] = 0
                waker.acquire(blocking=False)
            else:
                waker.acquire()


class _Scratch(threading.local):
    memory = np.empty(0, np.float32)


_scratch = _Scratch()


def workspace(size: int) -> np.ndarray:
    """`size` numbers of scratch memory, on a cache line: the same for all kernels, so it stays in the cache from layer to layer."""
    if _scratch.memory.size < size:
        _scratch.memory = on_a_line(np.empty(size + 16, np.float32))
    return _scratch.memory


def on_a_line(array: np.ndarray) -> np.ndarray:
    """`array` from its first cache line on. Vectors that straddle two lines take twice as long."""
    return array[-array.__array_interface__["data"][0] % 64 // array.itemsize :]


@intrinsic
def _load(typing, board, place):
    """The word of the board at a place, which other threads write."""

    def codegen(context, builder, signature, values):
        return builder.load_atomic(_word(builder, *values), "seq_cst", 8)

    return int64(int64, int64), codegen


@intrinsic
def _store(typing, board, place, value):
    def codegen(context, builder, signature, values):
        builder.store_atomic(values[2], _word(builder, *values[:2]), "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(int64, int64, int64), codegen


@intrinsic
def _count_up(typing, board, place):
    def codegen(context, builder, signature, values):
        builder.atomic_rmw("add", _word(builder, *values), ir.IntType(64)(1), "seq_cst")
        return context.get_dummy_value()

    return types.void(int64, int64), codegen


@intrinsic
def _replace(typing, board, place, expected, value):
    """Write `value` if `expected` stands there; what stood there."""

    def codegen(context, builder, signature, values):
        result = builder.cmpxchg(_word(builder, *values[:2]), values[2], values[3], "seq_cst", "seq_cst")
        return builder.extract_value(result, 0)

    return int64(int64, int64, int64, int64), codegen


def _word(builder, board, place):
    return builder.gep(builder.inttoptr(board, ir.IntType(64).as_pointer()), [place])


@intrinsic
def _give_way(typing):
    """Let another thread have the core."""

    def codegen(context, builder, signature, values):
        kind = ir.FunctionType(ir.IntType(32), [])
        builder.call(numba.core.cgutils.get_or_insert_function(builder.module, kind, "pellucid_yield"), [])
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def _seconds(typing):
    """What the system's clock shows. How long it takes to give way tells nothing: others may have had the core for milliseconds."""

    def codegen(context, builder, signature, values):
        number, word = ir.IntType(32), ir.IntType(64)
        kind = ir.FunctionType(number, [number] * len(CLOCK) + [word.as_pointer()])
        answer = numba.core.cgutils.alloca_once(builder, word, size=2)
        clock = numba.core.cgutils.get_or_insert_function(builder.module, kind, "pellucid_clock")
        builder.call(clock, [*(number(argument) for argument in CLOCK), answer])
        parts = [builder.load(builder.gep(answer, [word(i)])) for i in range(1 + bool(TICK[1]))]
        seconds = [builder.fmul(builder.sitofp(part, ir.DoubleType()), ir.DoubleType()(tick)) for part, tick in zip(parts, TICK)]
        return seconds[0] if len(seconds) == 1 else builder.fadd(*seconds)

    return types.float64(), codegen


@intrinsic
def _pause(typing):
    """A moment in which the core does nothing."""

    def codegen(context, builder, signature, values):
        hint = {"x86_64": ("llvm.x86.sse2.pause",), "aarch64": ("llvm.aarch64.hint", ir.IntType(32)(1))}
        name, *arguments = hint.get(builder.module.triple.partition("-")[0].replace("arm64", "aarch64"), ("llvm.donothing",))
        kind = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
        builder.call(numba.core.cgutils.get_or_insert_function(builder.module, kind, name), arguments)
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def _call(typing, address, phase, t, thread, words):
    """Call the compiled piece at an address."""

    def codegen(context, builder, signature, values):
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(64)] * 4)
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), values[1:])
        return context.get_dummy_value()

    return types.void(int64, int64, int64, int64, int64), codegen


@compiled(inline=True)
def _work(board, thread):
    """Claim a piece and compute it; whether there was one.

    The ticket holds the phase, the number of pieces and the first that nobody has claimed. What else stands on the board holds
    for as long as the claimed piece is not done.
    """
    ticket = _load(board, TICKET)
    while ticket & 0xFFFF < ticket >> 16 & 0xFFFF:
        found = _replace(board, TICKET, ticket, ticket + 1)
        if found == ticket:
            _call(_load(board, ADDRESS), ticket >> 32, ticket & 0xFFFF, thread, _load(board, WORDS))
            if thread:
                _count_up(board, HELPED)
            _count_up(board, DONE)
            return True
        ticket = found
    return False


@compiled
def _help(board, number):
    """A helper: until there was nothing to do for a while."""
    idle = 0
    while idle < LINGER:
        if _work(board, number):
            idle = 0
        else:
            _pause()
            idle += 1


@compiled
def _lead(board, jobs):
    """The caller: all jobs. For how many seconds it gave way until helpers had done what they had begun, and their share of it."""
    waited, shared = 0.0, 0
    _store(board, HELPED, 0)
    for job in range(len(jobs)):
        parallel, address, phases, pieces, words = jobs[job, 0], jobs[job, 1], jobs[job, 2], jobs[job, 3], jobs[job, 4]
        if parallel:
            _store(board, ADDRESS, address)
            _store(board, WORDS, words)
            waited += _lead_phases(board, phases, pieces)
            shared += phases * pieces
        else:
            _phases_alone(address, phases, pieces, words)
    return waited, _load(board, HELPED) / shared


@compiled(inline=True)
def _lead_phases(board, phases, pieces):
    waited = 0.0
    for phase in range(phases):
        _store(board, DONE, 0)
        _store(board, TICKET, phase << 32 | pieces << 16)
        while _work(board, 0):
            pass
        idle, since = 0, 0.0
        while _load(board, DONE) < pieces:
            idle += 1
            if idle < PATIENCE:
                _pause()
                continue
            if idle == PATIENCE:
                since = _seconds()
            _give_way()
        if idle >= PATIENCE:
            waited += _seconds() - since
    return waited


@compiled
def _alone(jobs):
    for job in range(len(jobs)):
        _phases_alone(jobs[job, 1], jobs[job, 2], jobs[job, 3], jobs[job, 4])


@compiled(inline=True)
def _phases_alone(address, phases, pieces, words):
    for phase in range(phases):
        for t in range(pieces):
            _call(address, phase, t, 0, words)


threads = Threads()
