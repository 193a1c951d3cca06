;; Answers what no hook understands.
(module
  (func (export "netfilter/inet/input") (result i32) i32.const 7))
