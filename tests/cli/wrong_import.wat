;; Asks for a host function with another type.
(module
  (import "kwasm_pkt_v1" "len" (func $len (result i64)))
  (func (export "netfilter/inet/input") (result i32) call $len i32.wrap_i64))
