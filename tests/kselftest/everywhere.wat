;; A program of each kind, all of which let pass what comes.
(module
  (func (export "netfilter/ip/input") (result i32) i32.const 1)
  (func (export "netfilter/netdev/ingress") (result i32) i32.const 1)
  (func (export "tc/ingress") (result i32) i32.const -1)
  (func (export "tc/egress") (result i32) i32.const -1)
  (func (export "xdp") (result i32) i32.const 2)
  (func (export "timer/often") (result i32) i32.const 1)
  (func (export "fs/open_perm") (result i32) i32.const 0))
