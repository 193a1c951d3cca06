#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Two steps on the way from kwasm.ko to one whose functions BPF programs may call.

    btf.py base FILE OUT        the type information (BTF) of a kernel: FILE is its
                                vmlinuz, a vmlinux, or raw BTF as in /sys/kernel/btf
    btf.py ids BASE KWASM.KO    fill in .BTF_ids, the type numbers of those functions,
                                from the module's .BTF that pahole has made on top of BASE

The second is what the kernel's own resolve_btfids does; kernel headers of Debian 12
come without it.  ELF and BTF of 64-bit little-endian machines.
"""
import lzma
import struct
import sys
import zlib

BTF_MAGIC = b"\x9f\xeb\x01\x00"
KINDS = {"struct": 4, "union": 5, "typedef": 8, "func": 12}
# Bytes behind the 12 of every type: fixed ones, and those for each of its members.
FIXED = {1: 4, 3: 12, 14: 4, 17: 4}
PER_MEMBER = {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}


def sections(elf):
    """[(name, type, offset, size, link)] of an ELF file."""
    table, = struct.unpack_from("<Q", elf, 0x28)
    count, names = struct.unpack_from("<HH", elf, 0x3c)
    rows = [struct.unpack_from("<IIQQQQIIQQ", elf, table + 64 * i) for i in range(count)]
    text = rows[names][4]
    return [(c_string(elf, text + r[0]), r[1], r[4], r[5], r[6]) for r in rows]


def c_string(data, at):
    return bytes(data[at:data.index(b"\0", at)]).decode()


def blob_of(data):
    """The BTF in @data, which is an ELF file or BTF itself; None if there is none."""
    if data[:4] == BTF_MAGIC:
        return data
    if data[:4] == b"\x7fELF":
        for name, _, offset, size, _ in sections(data):
            if name == ".BTF":
                return data[offset:offset + size]
    return None


def bare(image):
    """The BTF in the bytes of a kernel that has no ELF header any more, as arm64's vmlinuz; None if there is none."""
    best, last = None, len(image) - 24
    at = image.find(BTF_MAGIC, 0, last)
    while at >= 0:
        header, type_at, type_len, text_at, text_len = struct.unpack_from("<IIIII", image, at + 4)
        end = at + header + text_at + text_len
        if header == 24 and type_at == 0 and text_at == type_len and end <= len(image):
            if best is None or end - at > len(best):
                best = image[at:end]
        at = image.find(BTF_MAGIC, at + 1, last)
    return best


def unpacked(image):
    """What a vmlinuz may hold: every place where a known packer's output begins."""
    for magic, make in ((b"\xfd7zXZ\0", lzma.LZMADecompressor),
                        (b"\x1f\x8b\x08", lambda: zlib.decompressobj(31)),
                        (b"\x5d\0\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE))):
        at = image.find(magic)
        while at >= 0:
            try:
                yield make().decompress(image[at:])
            except (lzma.LZMAError, zlib.error, EOFError):
                pass
            at = image.find(magic, at + 1)


def base(path, out):
    with open(path, "rb") as f:
        data = f.read()
    blob = blob_of(data)
    if blob is None:
        blob = next((b for b in map(blob_of, unpacked(data)) if b), None) or bare(data)
    if blob is None:
        sys.exit(f"btf.py: {path} has no BTF, or is packed by what is not known here")
    with open(out, "wb") as f:
        f.write(blob)


def types(blob):
    """([(kind, name offset)], strings) of one BTF blob."""
    _, _, _, header, type_at, type_len, text_at, text_len = struct.unpack_from("<HBBIIIII", blob)
    at, found = header + type_at, []
    end = at + type_len
    while at < end:
        name, info, _ = struct.unpack_from("<III", blob, at)
        kind = info >> 24 & 31
        found.append((kind, name))
        at += 12 + FIXED.get(kind, 0) + PER_MEMBER.get(kind, 0) * (info & 0xffff)
    return found, blob[header + text_at:header + text_at + text_len]


def numbers(base_blob, module_blob):
    """{(kind, name): number}; a module's types are numbered on from its kernel's."""
    below, text = types(base_blob)
    own, own_text = types(module_blob)
    strings = text + own_text
    return {(kind, c_string(strings, name)): i + 1
            for i, (kind, name) in enumerate(below + own) if name and kind in KINDS.values()}


def symbols(elf, table):
    """(name, offset in its section, size) of symbols in the section .BTF_ids."""
    shndx = next(i for i, s in enumerate(table) if s[0] == ".BTF_ids")
    _, _, offset, size, link = next(s for s in table if s[0] == ".symtab")
    for at in range(offset, offset + size, 24):
        name, _, _, where, value, length = struct.unpack_from("<IBBHQQ", elf, at)
        if where == shndx:
            yield c_string(elf, table[link][2] + name), value, length


def number_of(known, kind, rest):
    """@rest is the name, __ and one or two numbers that make the symbol unique."""
    while "__" in rest:
        rest = rest.rsplit("__", 1)[0]
        if (KINDS[kind], rest) in known:
            return known[KINDS[kind], rest]
    return sys.exit(f"btf.py: no type is called {kind} {rest}")


def sort_set(elf, at, size):
    """A set with flags: how many, flags, then pairs (number, flags), which are searched by halves."""
    pairs = [struct.unpack_from("<II", elf, p) for p in range(at + 8, at + size, 8)]
    struct.pack_into("<I", elf, at, len(pairs))
    for i, pair in enumerate(sorted(pairs)):
        struct.pack_into("<II", elf, at + 8 + 8 * i, *pair)


def ids(base_path, module_path):
    with open(base_path, "rb") as f:
        base_blob = f.read()
    with open(module_path, "rb") as f:
        elf = bytearray(f.read())
    table = sections(elf)
    start = next(s[2] for s in table if s[0] == ".BTF_ids")
    known = numbers(base_blob, blob_of(bytes(elf)))
    sets = []
    for name, value, size in symbols(elf, table):
        if not name.startswith("__BTF_ID__"):
            continue
        kind, rest = name[len("__BTF_ID__"):].split("__", 1)
        if kind == "set8":
            sets.append((start + value, size))
        else:
            struct.pack_into("<I", elf, start + value, number_of(known, kind, rest))
    for at, size in sets:
        sort_set(elf, at, size)
    with open(module_path, "wb") as f:
        f.write(elf)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("base", "ids"):
        sys.exit(__doc__)
    {"base": base, "ids": ids}[sys.argv[1]](*sys.argv[2:])
