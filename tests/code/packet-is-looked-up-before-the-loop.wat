;; OPTIONS: host p
;; OPT: packet
;; Nothing in the loop changes the packet: its address and length are loaded in front of the loop's poll.
;; CODE: ^cmp DWORD PTR \[r..\+0x8\],0x0
;; CODE: ^mov e..,DWORD PTR \[r..\+0x40\]
;; CODE: ^mov r..,QWORD PTR \[r..\+0x38\]
;; CODE: ^cmp DWORD PTR \[r..\+0x8\],0x0
;; CODE: ^movzx .*BYTE PTR .r..[+]r..[*]1
(module
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (func (export "xdp") (param $i i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $ld8 (local.get $i))))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.get $sum)))
