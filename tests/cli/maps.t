# SPDX-License-Identifier: GPL-2.0

# maps are there without a kernel, and answer as the kernel's do: each answer of each type
$ for i in 0 1 2 3 4 5 6; do printf '45 00 00 1d 12 34 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02 03 e8 1e 61 00 09 00 00 0%d' $i | kwasm run-once maps.wasm -; done
accept
accept
accept
accept
accept
accept
accept

# records of rings are told as they are written
$ for i in 00 01 3d 32; do printf '45 00 00 20 00 00 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02 03 e8 1e 61 00 0c 00 00 %s 00 07 00' $i | kwasm run-once events.wasm - 2>/dev/null; done
accept
accept
accept
drop

$ printf '45 00 00 20 00 00 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02 03 e8 1e 61 00 0c 00 00 05 00 07 00' | kwasm run-once events.wasm -
accept
2> event ring: cpu=0 nr=0 what=0x1417

$ printf '45 00 00 20 00 00 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02 03 e8 1e 61 00 0c 00 00 3d 00 07 00' | kwasm run-once events.wasm - --json | grep -o '"packet_bytes":32,"link_type":101.*"bytes":"[0-9a-f]*"' | sed 's/"cpu":[0-9]*/"cpu":N/'
"packet_bytes":32,"link_type":101,"protocol":2048,"ifindex_in":0,"ifindex_out":0,"mark":0,"cpu":N,"place":"netfilter","family":2,"hook":1,"bytes":"450000200000000040110000c0000201c000020203e81e61"

$ printf abcdef >config; printf '45 00 00 20 00 00 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02 03 e8 1e 61 00 0c 00 00 01 00 07 00' | kwasm run-once events.wasm - --config config 2>/dev/null
accept

# a value that would end outside memory traps
$ printf '45 00 00 1d 12 34 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02 03 e8 1e 61 00 09 00 00 65' | kwasm run-once maps.wasm -
trap
2> ...host call with a pointer outside memory...
? 10

# what is declared is checked, with the line's place
$ kwasm check map_type.wasm
2> kwasm: map_type.wasm: offset 0xN: kwasm.meta: unknown type of map
? 3

$ kwasm check map_key.wasm
2> kwasm: map_key.wasm: offset 0xN: kwasm.meta: a map of this type has no keys of 8 bytes
? 3

$ kwasm check map_value.wasm
2> kwasm: map_value.wasm: offset 0xN: kwasm.meta: values of 1 to 65536 bytes, not 65537
? 3

$ kwasm check map_number.wasm
2> kwasm: map_number.wasm: offset 0xN: kwasm.meta: a map is declared as: map NAME TYPE key=N value=N max=N [id=N]
? 3

$ kwasm check map_twice.wasm
2> kwasm: map_twice.wasm: offset 0xN: kwasm.meta: map name or id declared twice
? 3

$ kwasm check map_layout.wasm
2> kwasm: map_layout.wasm: offset 0xN: kwasm.meta: layout of a map that is not declared
? 3

$ kwasm check map_many.wasm
2> kwasm: map_many.wasm: offset 0xN: kwasm.meta: too many maps: limit 64
? 9

$ kwasm check ring_size.wasm
2> kwasm: ring_size.wasm: offset 0xN: kwasm.meta: a ringbuf has no key, no value, and max= a power of two from 4096 to 67108864
? 3

$ kwasm check ring_value.wasm
2> kwasm: ring_value.wasm: offset 0xN: kwasm.meta: a ringbuf has no key, no value, and max= a power of two from 4096 to 67108864
? 3

$ kwasm map
2> kwasm: usage: kwasm map list|dump|lookup|update|delete|push|pop [MODULE[.MAP]] [KEY] [VALUE]
2> kwasm: try: kwasm help map
? 2

$ kwasm map frobnicate a.b
2> kwasm: usage: kwasm map list|dump|lookup|update|delete|push|pop [MODULE[.MAP]] [KEY] [VALUE]
2> kwasm: try: kwasm help map
? 2
