;; OPTIONS: host
;; OPT: gvn
;; The packet is the same, and the first one has left its mark if it fell short.
;; CODE: ^movzx e..,BYTE PTR
;; CODE: ^imul eax,eax
;; CODE: ^ret
(module
  (import "kwasm_pkt_v1" "ld8" (func $ld8 (param i32) (result i32)))
  (func (export "xdp") (result i32)
    (i32.mul (call $ld8 (i32.const 9)) (call $ld8 (i32.const 9)))))
