;; A binary search: two selects and a branch on one compare; the add between them is a lea.
;; OPT: flags
;; CODE: cmp e([a-z0-9]+),e([a-z0-9]+)
;; CODE: cmova
;; CODE: lea e[a-z]+,\[r[a-z0-9]+\+0x1\]
;; CODE: cmov
;; CODE: jn?e
(module (memory 1)
  (func (param $port i32) (result i32)
    (local $lo i32) (local $hi i32) (local $mid i32) (local $at i32)
    (local.set $hi (i32.const 20))
    (loop $more
      (if (i32.ge_u (local.get $lo) (local.get $hi)) (then (return (i32.const 0))))
      (local.set $mid (i32.shr_u (i32.add (local.get $lo) (local.get $hi)) (i32.const 1)))
      (local.set $at (i32.load16_u (i32.shl (local.get $mid) (i32.const 1))))
      (local.set $hi (select (local.get $hi) (local.get $mid) (i32.gt_u (local.get $port) (local.get $at))))
      (local.set $lo (select (i32.add (local.get $mid) (i32.const 1)) (local.get $lo)
                             (i32.gt_u (local.get $port) (local.get $at))))
      (br_if $more (i32.ne (local.get $port) (local.get $at))))
    (i32.const 1)))
