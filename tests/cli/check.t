# SPDX-License-Identifier: GPL-2.0

# a good module is named with its size and programs
$ kwasm check good.wasm
good.wasm: ok: good, 65 B, netfilter/inet/input

# so are a sample's name and program
$ kwasm check drop_port.wasm
...drop_port.wasm: ok: drop-port, ...

# several files at once
$ kwasm check good.wasm no_program.wasm
good.wasm: ok: good, 65 B, netfilter/inet/input
...no_program.wasm: ok: no_program, ...

# a type error says file, function, offset and types
$ kwasm check bad.wasm
2> kwasm: bad.wasm: function 1 `parse_ip`, offset 0xN: type mismatch: expected i32, found i64
? 3

# the first bad file gives the exit status, the others are still told
$ kwasm check unknown_import.wasm bad.wasm good.wasm
good.wasm: ok: good, 65 B, netfilter/inet/input
2> ...unknown_import.wasm: offset...
2> ...kwasm(8)...
2> ...bad.wasm: function 1...
? 4

# an unknown import is named
$ kwasm check unknown_import.wasm
2> kwasm: unknown_import.wasm: offset 0xN: unknown import: kwasm_pkt_v1.teleport
2> kwasm: what a module may import is listed in the guest ABI: kwasm(8)
? 4

# an import of another type is named
$ kwasm check wrong_import.wasm
2> kwasm: wrong_import.wasm: offset 0xN: incompatible import type: kwasm_pkt_v1.len
2> kwasm: what a module may import is listed in the guest ABI: kwasm(8)
? 4

# a program that reaches an import that its kind is not offered
$ kwasm check not_offered.wasm
2> kwasm: not_offered.wasm: function 1 `untag`, offset 0xN: program xdp may not call this import: kwasm_pkt_v1.vlan_pop
2> kwasm: what a module may import is listed in the guest ABI: kwasm(8)
? 4

# floats are fine
$ kwasm check float.wasm
...float.wasm: ok: float, ...

# a program of another type is refused
$ kwasm check signature.wasm
2> kwasm: signature.wasm: function 0 `netfilter/inet/input`, offset 0xN: a program takes nothing and returns one i32
? 3

# an empty file is no module
$ kwasm check empty.wasm
2> kwasm: empty.wasm: offset 0xN: unexpected end
? 3

# a truncated file
$ kwasm check cut.wasm
2> ...cut.wasm: offset ...
? 3

# zeros
$ kwasm check zeros.wasm
2> kwasm: zeros.wasm: offset 0xN: magic header not detected
? 3

# a directory
$ kwasm check dir.wasm
2> kwasm: dir.wasm: Is a directory
? 1

# a file far too large is not even read
$ kwasm check huge.wasm
2> kwasm: huge.wasm: File too large
? 9

# a file that is not there
$ kwasm check nothere.wasm
2> kwasm: nothere.wasm: No such file or directory
? 5

# a file that may not be read
@ root
$ setpriv --reuid 65534 --regid 65534 --clear-groups ./kwasm-for-all check secret.wasm
2> kwasm: secret.wasm: Permission denied
2> kwasm: try it as root
? 6

# check needs no privilege at all
@ root
$ chmod 644 good.wasm; setpriv --reuid 65534 --regid 65534 --clear-groups ./kwasm-for-all check good.wasm
good.wasm: ok: good, 65 B, netfilter/inet/input

# JSON of a good module
$ kwasm check --json good.wasm
{"schema":"kwasm/1","modules":[{"file":"good.wasm","valid":true,"name":"good","wasm_bytes":65,"programs":["netfilter/inet/input"]}]}

# JSON of a bad module
$ kwasm check --json bad.wasm
{"schema":"kwasm/1","modules":[{"file":"bad.wasm","valid":false,"name":"bad","wasm_bytes":115,"programs":["netfilter/inet/input"],"error":{"code":"invalid_module","errno":22,"message":"type mismatch: expected i32, found i64","file":"bad.wasm","function_index":1,"function":"parse_ip","offset":N}}],"error":{"code":"invalid_module","errno":22,"message":"type mismatch: expected i32, found i64","file":"bad.wasm","function_index":1,"function":"parse_ip","offset":N}}
? 3

# JSON of a file that is not there
$ kwasm check --json nothere.wasm
{"schema":"kwasm/1","error":{"code":"not_found","errno":2,"message":"nothere.wasm: No such file or directory"}}
? 5

# metadata gives the name
$ kwasm check meta.wasm
...meta.wasm: ok: edge, ...

# what a trap does, in the words of programs on files
$ kwasm check on_trap_deny.wasm on_trap_allow.wasm
...on_trap_deny.wasm: ok: ...
...on_trap_allow.wasm: ok: ...

# and a word that is none
$ kwasm check on_trap_maybe.wasm
2> kwasm: on_trap_maybe.wasm: offset 0xN: kwasm.meta: value missing or not understood
? 3

# metadata that is not understood is refused with its place
$ kwasm check meta_key.wasm
2> kwasm: meta_key.wasm: offset 0xN: kwasm.meta: unknown key; keys of your own begin with x-
? 3
