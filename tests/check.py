#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run tests and put their results into one TAP stream that ends with a total.

usage: check.py SUITE...    style unit text spec arm64 kernel

Every test is a program that prints TAP; unit and text tests are found by
their place in the tree, kernel tests run in QEMU (tests/qemu/check.sh).  A
program that dies, prints no plan it keeps, or fails without saying so is a
failure of its own; exit status 4 or 77 without a result is a skip.

Environment: O (build folder), SPEC_DIR, SPEC3_DIR, KERNEL (default: 6.1 6.12),
KWASM_STRESS (percent of the full counts, default 1).  Without KERNEL the arm64 guests
come as well, a part of the tests in the second of them: see kernel().  On an arm64
machine those are all there is.
"""
import concurrent.futures
import glob
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

O = os.environ.get('O', 'build/user')
ARM64 = os.uname().machine == 'aarch64'
RESULT = re.compile(r'(not )?ok\b\s*(\d+)?\s*-?\s*(.*)')
DIRECTIVE = re.compile(r'\s*#\s*(SKIP|TODO|XFAIL)\b[\s:]*(.*)', re.I)
SPEC_LINE = re.compile(r'(?:PASS|FAIL|SKIP)?\s*(\S+\.json)\b\D*(\d+) passed, (\d+) failed, (\d+) skipped(.*)')


class Results:
    """All results so far; numbers them, prints them, counts them."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []
        print('TAP version 13', flush=True)

    def add(self, ok, name, skip=None):
        number = self.passed + self.failed + self.skipped + 1
        if skip is not None and ok:
            self.skipped += 1
            name += f' # SKIP {skip}'
        elif ok:
            self.passed += 1
        else:
            self.failed += 1
            self.failures.append(name)
        print(f'{"ok" if ok else "not ok"} {number} {name}', flush=True)

    def total(self):
        print(f'1..{self.passed + self.failed + self.skipped}')
        for name in self.failures[:40]:
            print(f'# failed: {name}')
        print(f'{self.passed} passed, {self.failed} failed, {self.skipped} skipped', flush=True)
        return 1 if self.failed or not self.passed else 0


class Reader:
    """One program's TAP, renumbered under a label; with refusing, what it skips of the suite is what is wanted."""

    def __init__(self, results, label, suffix='', refusing=False):
        self.results, self.label, self.suffix, self.refusing = results, label, suffix, refusing
        self.plan = None
        self.seen = self.failed = 0
        self.why_none = None

    def name(self, text):
        text = text.strip()
        if text.startswith(self.label + ':'):
            text = text[len(self.label) + 1:].strip()
        return f'{self.label}: {text}{self.suffix}'

    def line(self, line):
        if m := re.fullmatch(r'1\.\.(\d+)\s*(?:#\s*(?:SKIP)?\s*(.*))?', line):
            self.plan = int(m[1])
            self.why_none = m[2]
        elif m := RESULT.match(line):
            text, skip = m[3], None
            if d := DIRECTIVE.search(text):
                skip, text = d[2] or d[1].lower(), text[:d.start()]
            self.seen += 1
            self.failed += bool(m[1])
            self.results.add(not m[1], self.name(text), skip)
        elif m := SPEC_LINE.match(line):
            passed, failed, skipped = int(m[2]), int(m[3]), int(m[4])
            self.seen += 1
            name = self.name(f'{os.path.basename(m[1])}, {passed + failed + skipped} commands')
            why = f'{skipped} of them: {m[5].strip(" ,:()")}' if skipped else None
            if why and self.refusing:
                name, why = f'{name}; {why}', None
            # Of our own version's suite nothing is left out, but on a CPU that cannot do it.
            failed += skipped if why and 'need a CPU' not in why else 0
            self.failed += bool(failed)
            if failed:
                print(f'# {line}')
            self.results.add(not failed, name, None if failed else why)
        elif re.fullmatch(r'\d+ passed, \d+ failed, \d+ skipped', line):
            print(f'# {self.label}{self.suffix}: of all commands {line}', flush=True)
        elif re.match(r'TAP version|ok$', line):
            pass
        elif line:
            print(line if line.startswith('#') else f'# {line}', flush=True)

    def end(self, status):
        if self.plan is not None and self.plan != self.seen:
            self.results.add(False, self.name(f'all {self.plan} results, {self.seen} came'))
        elif status in (4, 77) and not self.seen:
            self.results.add(True, self.name('all'), self.why_none or 'not possible here')
        elif self.plan == 0 and status == 0:
            self.results.add(True, self.name('all'), self.why_none or 'nothing to do')
        elif status and not self.failed and not (status in (4, 77) and self.seen):
            died = f'killed by {signal.Signals(-status).name}' if status < 0 else f'exit status {status}'
            self.results.add(False, self.name(f'ends well ({died})'))
        elif not status and not self.seen:
            self.results.add(False, self.name('says anything'))


class Program:
    """A process whose lines are read; what runs too long is killed with all it started."""

    def __init__(self, argv, timeout, env=None):
        self.argv = argv if isinstance(argv, list) else ['bash', '-o', 'pipefail', '-c', argv]
        self.timeout, self.env = timeout, dict(os.environ, **(env or {}))
        self.process, self.expired, self.status, self.seconds = None, False, None, 0

    def stop(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def expire(self):
        self.expired = True
        self.stop()

    def __iter__(self):
        start = time.monotonic()
        with subprocess.Popen(self.argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              env=self.env, text=True, errors='replace', start_new_session=True) as self.process:
            timer = threading.Timer(self.timeout, self.expire)
            timer.start()
            yield from self.process.stdout
            self.status = self.process.wait()
            timer.cancel()
        self.seconds = time.monotonic() - start


class Ahead:
    """A program that runs in a pool's thread; its lines wait until somebody wants them."""

    def __init__(self, program, pool):
        self.program, self.lines = program, queue.SimpleQueue()
        pool.submit(self.work)

    def work(self):
        try:
            for line in self.program:
                self.lines.put(line)
        finally:
            self.lines.put(None)

    def __iter__(self):
        return iter(self.lines.get, None)


def read(results, label, lines, program, suffix='', refusing=False):
    """The lines of a program; "@@ begin NAME" / "@@ end NAME STATUS" nest the tests of a guest."""
    outer = reader = Reader(results, label, suffix, refusing)
    nested = False
    for line in lines:
        line = line.rstrip()
        if m := re.fullmatch(r'@@ begin (\S+)', line):
            if reader is not outer:
                reader.end(255)
            reader, nested = Reader(results, m[1], suffix), True
        elif m := re.fullmatch(r'@@ end (\S+) (\d+)', line):
            reader.end(-9 if m[2] == '137' else int(m[2]))
            reader = outer
        else:
            reader.line(line)
    if reader is not outer:
        reader.end(255)
    if program.expired:
        results.add(False, outer.name(f'ends within {program.timeout} s'))
    elif program.status or not nested:
        outer.end(program.status)
    if program.seconds > 10:
        print(f'# {label}{suffix}: {program.seconds:.0f} s', flush=True)


def run(results, label, argv, timeout=300, suffix='', env=None, refusing=False):
    program = Program(argv, timeout, env)
    read(results, label, program, program, suffix, refusing)


def style(results):
    """tests/check/*.sh: silent when all is well"""
    for script in sorted(glob.glob('tests/check/*.sh')):
        p = subprocess.run(['bash', script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in p.stdout.splitlines()[:40]:
            print(f'# {line}')
        results.add(not p.returncode, f'style: {os.path.basename(script)[:-3]}')


def unit(results):
    """tests/unit: NAME_test.c, but what executes another machine's code; a pair NAME_dump.c | NAME_check.py"""
    other = 'x64_' if ARM64 else 'a64_'
    for src in sorted(glob.glob('tests/unit/*_test.c')):
        name = os.path.basename(src)[:-2]
        if name.startswith(other):
            if ARM64:       # elsewhere arm64() runs it
                results.add(True, f'{name[:-5]}: all', 'not an x86-64 machine')
            continue
        if not os.path.exists(f'{O}/tests/{name}'):
            results.add(False, f'{name[:-5]}: builds')
            continue
        run(results, name[:-5], [f'{O}/tests/{name}'])
    for src in sorted(glob.glob('tests/unit/*_check.py')):
        name = os.path.basename(src)[:-9]
        run(results, name, f'{O}/tests/{name}_dump | python3 {src}')


def text(results):
    """tests/NAME/run.sh, given the programs built from tests/NAME/*.c"""
    for script in sorted(glob.glob('tests/*/run.sh')):
        folder = os.path.dirname(script)
        tools = [f'{O}/tests/{os.path.basename(c)[:-2]}' for c in sorted(glob.glob(f'{folder}/*.c'))]
        run(results, os.path.basename(folder), ['bash', script] + tools,
            env={'PATH': f'{os.path.abspath(O)}:{os.environ["PATH"]}', 'O': O})


def spec(results):
    """The WebAssembly test suite in this process's world, in both memory modes; a later one refused by name."""
    folder = os.environ.get('SPEC_DIR')
    for mode in ('guard', 'check'):
        if not folder:
            results.add(True, f'spec {mode}: suite', 'no SPEC_DIR given')
        else:
            run(results, f'spec {mode}', [f'{O}/kwasm-spec', '--mode', mode, folder], timeout=900)
    later = os.environ.get('SPEC3_DIR')
    if later:
        run(results, 'spec 3.0', [f'{O}/kwasm-spec', '--features', '2.0', later], timeout=900, refusing=True)
    else:
        results.add(True, 'spec 3.0: suite', 'no SPEC3_DIR given')


def arm64(results):
    """What executes guest code, built for arm64, under qemu-aarch64: tests, the fuzzer, the suite in both modes."""
    if ARM64:
        results.add(True, 'arm64: all', 'this machine is one: unit, text and spec are it')
        return
    out = f'{O}-arm64'
    qemu = shutil.which('qemu-aarch64') or shutil.which('qemu-aarch64-static')
    if not qemu or not shutil.which('aarch64-linux-gnu-gcc'):
        results.add(True, 'arm64: all', 'no qemu-aarch64, or no aarch64-linux-gnu-gcc')
        return
    own = [os.path.basename(c)[:-2] for c in sorted(glob.glob('tests/unit/a64_*_test.c'))]
    for name in own + ['isa_test', 'engine_test', 'rt_test', 'lanes_test', 'far_test', 'libkwasm_test']:
        if not os.path.exists(f'{out}/tests/{name}'):
            results.add(False, f'arm64 {name[:-5]}: builds')
            continue
        run(results, f'arm64 {name[:-5]}', [qemu, f'{out}/tests/{name}'], timeout=900)
    run(results, 'arm64 fuzz', ['bash', 'tests/fuzz/run.sh', f'{O}/tests/diff'], timeout=900,
        env={'PEER': f'{qemu} {out}/tests/diff -P'})
    folder = os.environ.get('SPEC_DIR')
    for mode in ('guard', 'check'):
        if folder:
            run(results, f'arm64 spec {mode}', [qemu, f'{out}/kwasm-spec', '--mode', mode, folder], timeout=1800)
        else:
            results.add(True, f'arm64 spec {mode}: suite', 'no SPEC_DIR given')


# What of the arm64 module differs between kernels.
BRIEF = 'mechanisms.sh device hostile floats test_run chains xdp.sh'


def kernel(results):
    """tests/kselftest in Debian's kernels; unless they are named, also in arm64's, as far as time allows."""
    names = os.environ.get('KERNEL')
    brief = {'SPEC_DIR': '', 'GUEST_TESTS': BRIEF}
    guests = [(name, {}) for name in (names or ('6.12-arm64' if ARM64 else '6.1 6.12')).split()]
    if not names and ARM64:
        results.add(True, 'guest: all (x86-64)', 'not an x86-64 machine')
        guests.insert(0, ('6.1-arm64', {}))
    elif not names and shutil.which('qemu-system-aarch64') and shutil.which('aarch64-linux-gnu-gcc'):
        # The longest of them first: as many run at a time as may.
        guests = [('6.12-arm64', {}), *guests, ('6.1-arm64', brief)]
    elif not names:
        results.add(True, 'guest: all (arm64)', 'no qemu-system-aarch64, or no aarch64-linux-gnu-gcc')
    # A guest has two CPUs, and waits half of the time.
    with concurrent.futures.ThreadPoolExecutor(max(len(os.sched_getaffinity(0)), 1)) as pool:
        jobs = [(name, Ahead(Program(['tests/qemu/check.sh', name], 4 * 3600, env), pool)) for name, env in guests]
        try:
            for name, job in jobs:
                read(results, 'guest', job, job.program, f' ({name})')
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for _, job in jobs:
                job.program.stop()
            raise


def unpack(name, folder):
    """An archive in environment variable NAME becomes the folder with what is in it."""
    archive = os.environ.get(name, '')
    if os.path.isfile(archive):
        os.mkdir(folder)
        subprocess.run(['tar', '-xf', archive, '-C', folder], check=True)
        os.environ[name] = folder
    elif archive and not os.path.isdir(archive):
        sys.exit(f'check.py: {name}={archive}: no such folder or archive')


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    suites = {f.__name__: f for f in (style, unit, text, spec, arm64, kernel)}
    if not sys.argv[1:] or not set(sys.argv[1:]) <= set(suites):
        sys.exit(__doc__)
    results = Results()
    with tempfile.TemporaryDirectory(prefix='kwasm-spec.') as tmp:
        for name in ('SPEC_DIR', 'SPEC3_DIR'):
            unpack(name, f'{tmp}/{name}')
        for suite in sys.argv[1:]:
            suites[suite](results)
    sys.exit(results.total())


main()
