;; What is not compiled is refused by name; with the feature it is accepted.
;; REJECT 0x17 func 0 f64.const: not supported: instruction f64.const (floating point)
(module (func f64.const 1 drop))
;; REJECT 0xb: not supported: type f32 (floating point)
(module (func (param f32)))
;; REJECT 0x19 func 0: not supported: type f64 (floating point)
(module (func (local i32 f64)))
;; REJECT 0x19 func 0 f32.convert_i32_s: not supported: instruction f32.convert_i32_s (floating point)
(module (func i32.const 1 f32.convert_i32_s drop))
;; REJECT 0xb: not supported: type f64 (floating point)
(module (global f64 (f64.const 1)))
;; REJECT 0x17 func 0 v128.const: not supported: instruction v128.const (SIMD)
(module (func v128.const i64x2 1 2 drop))
;; REJECT 0x17 func 0 ref.null: not supported: instruction ref.null (reference types)
(module (func ref.null func drop))
;; REJECT 0xb: not supported: type externref (reference types)
(module (func (param externref)))
;; REJECT 0xb: not supported: type externref (reference types)
(module (table 1 externref))
;; REJECT 0xe: not supported: several tables (reference types)
(module (table 1 funcref) (table 1 funcref))
;; REJECT 0x1f func 0 table.get: not supported: instruction table.get (reference types)
(module (table 1 funcref) (func i32.const 0 table.get 0 drop))
;; ACCEPT
(module (func i32.const 1 i32.const 2 i32.const 3 select (result i32) drop))
;; ACCEPT
(module (table 1 funcref) (memory 1) (data "x") (elem func 0)
 (func i32.const 0 i32.const 0 i32.const 0 memory.init 0 data.drop 0
  i32.const 0 i32.const 0 i32.const 0 table.init 0 elem.drop 0
  i32.const 0 i32.const 0 i32.const 0 table.copy
  i32.const 0 i32.const 0 i32.const 0 memory.copy
  i32.const 1 i32.extend8_s i64.extend_i32_u drop))
;; FEATURES 7
;; ACCEPT
(module (func (param f32 f64 v128 externref funcref) (result f64) local.get 0 f64.promote_f32))
;; ACCEPT
(module (table 1 externref) (table 2 funcref) (func i32.const 0 table.get 1 drop))
;; REJECT 0x25 func 0 f32.add: type mismatch: expected f32, found f64
(module (func f32.const 1 f64.const 2 f32.add drop))
;; REJECT 0x1a func 0 i8x16.extract_lane_s: invalid lane index 16
(module (func (param v128) local.get 0 i8x16.extract_lane_s 16 drop))
;; REJECT 0x21 func 0 table.set: type mismatch: expected externref, found funcref
(module (table 1 externref) (func i32.const 0 ref.null func table.set 0))
;; REJECT 0x17 func 0 ref.func: undeclared function reference 0
(module (func ref.func 0 drop))
;; REJECT 0x1e func 0 select: type mismatch: expected a number or vector, found externref
(module (func (param externref) local.get 0 local.get 0 i32.const 1 select drop))
