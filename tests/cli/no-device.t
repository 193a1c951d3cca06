# SPDX-License-Identifier: GPL-2.0

# without the device the error says what to do
@ no-device
$ kwasm list
2> kwasm: cannot list modules: /dev/kwasm does not exist
2> kwasm: module kwasm is not loaded; try: modprobe kwasm
? 69

# load
@ no-device
$ kwasm load good.wasm
2> kwasm: good.wasm: /dev/kwasm does not exist
2> kwasm: module kwasm is not loaded; try: modprobe kwasm
? 69

# attach
@ no-device
$ kwasm attach edge
2> kwasm: edge: /dev/kwasm does not exist
2> kwasm: module kwasm is not loaded; try: modprobe kwasm
? 69

# call
@ no-device
$ kwasm call edge reset 1
2> kwasm: edge: /dev/kwasm does not exist
2> kwasm: module kwasm is not loaded; try: modprobe kwasm
? 69

# the same in JSON
@ no-device
$ kwasm show edge --json
{"schema":"kwasm/1","error":{"code":"no_device","errno":19,"message":"cannot list modules: /dev/kwasm does not exist","hint":"module kwasm is not loaded; try: modprobe kwasm"}}
? 69

# feature tells what it can without it
@ no-device
$ kwasm feature | cut -d' ' -f1; exit ${PIPESTATUS[0]}
kernel
lockdown
2> kwasm: /dev/kwasm does not exist
2> kwasm: module kwasm is not loaded; try: modprobe kwasm
? 69

# every other verb that needs it
@ no-device
$ for v in "replace edge good.wasm" "detach edge" "unload edge" "log edge" "detach id 1" "run-once --kernel edge udp.pkt"; do kwasm $v >/dev/null 2>&1; echo $?; done
69
69
69
69
69
69
