;; Metadata with a key nobody knows.
(module
  (@custom "kwasm.meta" "name two\ncolour blue\n")
  (func (export "netfilter/inet/input") (result i32) i32.const 1))
