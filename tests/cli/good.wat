;; A filter that accepts everything.
(module
  (func (export "netfilter/inet/input") (result i32) i32.const 1))
