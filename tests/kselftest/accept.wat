;; SPDX-License-Identifier: GPL-2.0
;; Lets everything pass.
(module
  (func (export "netfilter/ip/input") (export "netfilter/ip/output") (export "netfilter/inet/input") (result i32)
    (i32.const 1)))
