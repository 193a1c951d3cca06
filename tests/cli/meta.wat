;; Metadata of every kind.
(module
  (@custom "kwasm.meta" "name edge # a comment\nversion 1.2.0\nlicense GPL-2.0 OR BSD-2-Clause\n")
  (@custom "kwasm.meta" "limit memory=128K stack=4K deadline=50us\n\n  on_trap accept\nx-mine  what ever = it is\n")
  (func (export "netfilter/inet/input") (result i32) i32.const 1))
