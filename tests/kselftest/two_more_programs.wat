;; The same two, as a module of its own to replace them by.
(module
  (func (export "netfilter/ip/input") (result i32) i32.const 1)
  (func (export "netfilter/ip6/output") (result i32) i32.const 1))
