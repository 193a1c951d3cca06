# SPDX-License-Identifier: GPL-2.0
"""Modules made to be expensive to compile, some 400 KB each: what must not be quadratic.

    adversarial.py DIR    writes DIR/NAME.wasm for each function below
"""
import os
import sys

I32, EMPTY = 0x7f, 0x40
BLOCK, LOOP, IF, ELSE, END, BR, BR_IF, BR_TABLE, RETURN, CALL = 2, 3, 4, 5, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10
DROP, GET, SET, TEE, LOAD, STORE, CONST, ADD, XOR, MUL = 0x1a, 0x20, 0x21, 0x22, 0x28, 0x36, 0x41, 0x6a, 0x73, 0x6c


def leb(n):
    out = bytearray()
    while True:
        if n < 0x80:
            return bytes(out + bytes([n]))
        out.append(n & 0x7f | 0x80)
        n >>= 7


def sleb(n):
    out = bytearray()
    while True:
        b = n & 0x7f
        n >>= 7
        if n == 0 and not b & 0x40 or n == -1 and b & 0x40:
            return bytes(out + bytes([b]))
        out.append(b | 0x80)


def op(code, *imm):
    return bytes([code]) + b''.join(leb(i) for i in imm)


def const(n):
    return bytes([CONST]) + sleb(n)


def vec(items):
    return leb(len(items)) + b''.join(items)


def section(number, payload):
    return bytes([number]) + leb(len(payload)) + payload


def functype(params, results):
    return b'\x60' + vec([bytes([I32])] * params) + vec([bytes([I32])] * results)


def module(bodies, types=None, locals_=0):
    """Functions of type 0; @bodies without their last end."""
    types = types or [functype(1, 1)]
    code = []
    for b in bodies:
        decl = vec([leb(locals_) + bytes([I32])]) if locals_ else vec([])
        body = decl + b + bytes([END])
        code.append(leb(len(body)) + body)
    return (b'\0asm\1\0\0\0' + section(1, vec(types)) + section(3, vec([leb(0)] * len(bodies))) +
            section(5, vec([b'\0\1'])) + section(10, vec(code)))


def add_to(local, value):
    return op(GET, local) + value + op(ADD) + op(SET, local)


def from_memory(locals_, at=1):
    """Values nobody can foresee for the locals from @at on."""
    return b''.join(op(GET, 0) + op(LOAD, 2, 4 * i) + op(SET, at + i) for i in range(locals_))


def loops_times_locals():
    """1,000 loops inside each other, 20,000 locals written in the innermost."""
    locals_ = 20000
    inner = b''.join(add_to(1 + i, op(GET, 0)) for i in range(locals_))
    inner += op(GET, 1) + op(BR_IF, 0)
    deep = 1000
    return module([bytes([LOOP, EMPTY]) * deep + inner + bytes([END]) * deep + op(GET, 1)], locals_=locals_)


def loops_in_a_row():
    """2,500 loops, each writing 20 of 500 locals."""
    out = b''
    for i in range(2500):
        body = b''.join(add_to(1 + (i * 7 + k * 13) % 500, op(GET, 0)) for k in range(20))
        out += bytes([LOOP, EMPTY]) + body + op(GET, 1 + i % 500) + op(BR_IF, 0) + bytes([END])
    return module([out + op(GET, 1)], locals_=500)


def br_table_fan_in():
    """300 tables of 1,000 targets to 40 labels around them, a local written before each."""
    out = from_memory(50)
    for i in range(300):
        table = b''.join(leb((k * 7 + i) % 40) for k in range(1000))
        out += (bytes([BLOCK, EMPTY]) * 40 + add_to(1 + i % 50, op(GET, 1 + i % 49)) + op(GET, 1 + i % 47) + bytes([BR_TABLE]) +
                leb(1000) + table + leb(0) + b''.join(bytes([END]) + add_to(1 + k % 50, op(GET, 1 + k % 43)) for k in range(40)))
    return module([out + op(GET, 1)], locals_=50)


def huge_block():
    """One block of 60,000 additions over 100 locals, all of them live."""
    out = from_memory(100) + b''.join(op(GET, 1 + i * 17 % 100) + op(GET, 1 + i * 31 % 100) + op(ADD if i % 3 else XOR) +
                   op(SET, 1 + i % 100) for i in range(60000))
    out += op(GET, 1) + b''.join(op(GET, 1 + i) + op(ADD) for i in range(100))
    return module([out], locals_=100)


def deep_operand_stack():
    """Four times 8,000 loaded values on the stack before the first is used."""
    n = 8000
    one = b''.join(op(GET, 0) + op(LOAD, 2, i * 4) for i in range(n)) + op(ADD) * (n - 1) + op(SET, 0)
    return module([one * 4 + op(GET, 0)])


def tiny_functions():
    """60,000 functions of two instructions."""
    return module([op(GET, 0) + const(i & 63) + op(ADD) for i in range(60000)])


def many_phis():
    """6,000 if/else that write four of 1,000 locals in either arm."""
    out = from_memory(1000)
    for i in range(6000):
        a, b = [1 + (i * 4 + k) % 1000 for k in range(4)], [1 + (i * 4 + k * 251) % 1000 for k in range(4)]
        out += (op(GET, 1 + i % 997) + bytes([IF, EMPTY]) + b''.join(op(GET, 1 + x % 990) + op(SET, x) for x in a) + bytes([ELSE]) +
                b''.join(op(GET, 1 + x % 770) + op(SET, x) for x in b) + bytes([END]))
    return module([out + op(GET, 1)], locals_=1000)


def nested_blocks():
    """3,000 blocks inside each other, again and again, each left by a br_if to any depth."""
    deep = 3000
    out = b''
    for r in range(20):
        out += bytes([BLOCK, EMPTY]) * deep
        for i in range(deep):
            out += op(GET, 0) + op(BR_IF, (i * 37 + r) % (deep - i)) + bytes([END])
    return module([out + op(GET, 0)])


def live_across_calls():
    """300 values made first and used last, 30,000 calls between."""
    out = from_memory(300)
    out += b''.join(op(GET, 1 + i % 300) + op(CALL, 1) + op(SET, 1 + (i + 7) % 300) for i in range(30000))
    out += op(GET, 1) + b''.join(op(GET, 1 + i) + op(XOR) for i in range(300))
    return module([out, op(GET, 0)], locals_=300)


def equal_expressions():
    """The same few expressions, 40,000 times, each used."""
    out = from_memory(10) + b''.join(op(GET, 1 + i % 9) + op(GET, 1 + i % 7) + op(MUL) + const(i % 50) + op(ADD) + op(GET, 11 + i % 5) + op(XOR) +
                                    op(SET, 11 + i % 5)
                   for i in range(40000))
    return module([out + b''.join(op(GET, 11 + i) for i in range(5)) + op(ADD) * 4], locals_=20)


def distinct_stores():
    """30,000 stores at as many offsets: as many fault sites."""
    return module([b''.join(op(GET, 0) + const(i & 63) + op(STORE, 2, 4 * i) for i in range(30000)) + op(GET, 0)])


def parameters():
    """Calls with 900 arguments."""
    n = 900
    call = b''.join(op(GET, (i * 7) % n) for i in range(n)) + op(CALL, 0) + op(SET, 3)
    return module([call * 200 + op(GET, 3)], types=[functype(n, 1)])


ALL = [loops_times_locals, loops_in_a_row, br_table_fan_in, huge_block, deep_operand_stack, tiny_functions, many_phis,
       nested_blocks, live_across_calls, equal_expressions, distinct_stores, parameters]


def write(folder):
    """-> [path]"""
    os.makedirs(folder, exist_ok=True)
    paths = []
    for make in ALL:
        path = os.path.join(folder, make.__name__ + '.wasm')
        with open(path, 'wb') as f:
            f.write(make())
        paths.append(path)
    return paths


if __name__ == '__main__':
    print('\n'.join(write(sys.argv[1])))
