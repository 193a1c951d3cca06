;; SPDX-License-Identifier: GPL-2.0
;; Lets nothing pass.
(module
  (func (export "netfilter/ip/input") (export "netfilter/ip/output") (result i32)
    (i32.const 0)))
