;; An XDP program that reaches what only tc offers, and a tc program that may.
(module
  (import "kwasm_pkt_v1" "vlan_pop" (func $vlan_pop (result i32)))
  (func $untag (result i32) call $vlan_pop)
  (func (export "tc/ingress") (result i32) call $untag)
  (func (export "xdp") (result i32) call $untag))
