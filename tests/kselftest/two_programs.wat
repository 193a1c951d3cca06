;; Two programs that have no opinion: what `attach` makes a group of links of.
(module
  (func (export "netfilter/ip/input") (result i32) i32.const 2)
  (func (export "netfilter/ip6/output") (result i32) i32.const 2))
