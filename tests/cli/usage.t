# SPDX-License-Identifier: GPL-2.0

# the version
$ kwasm --version
kwasm 0.1.0 (ABI 1)

# the version in JSON
$ kwasm --version --json
{"schema":"kwasm/1","version":"0.1.0","abi_version":1}

# nothing at all shows the verbs and is a usage error
$ kwasm | sed -n 1p; exit ${PIPESTATUS[0]}
kwasm: WebAssembly in the kernel
? 2

# --help is not an error
$ kwasm --help | sed -n 3p
usage: kwasm VERB [OBJECT] [options]

# an unknown verb
$ kwasm frobnicate
2> kwasm: there is no verb 'frobnicate'
2> kwasm: try: kwasm help
? 2

# an unknown verb in JSON
$ kwasm frobnicate --json
{"schema":"kwasm/1","error":{"code":"usage","message":"there is no verb 'frobnicate'","hint":"try: kwasm help"}}
? 2

# an option of another verb
$ kwasm check --follow good.wasm
2> kwasm: check has no option --follow
2> kwasm: try: kwasm help check
? 2

# an option without its value
$ kwasm attach good.wasm --netns
2> kwasm: --netns needs a value: NS
2> kwasm: try: kwasm help attach
? 2

# a switch with a value
$ kwasm check --json=yes good.wasm
2> kwasm: --json takes no value
2> kwasm: try: kwasm help check
? 2

# too few arguments
$ kwasm replace edge
2> kwasm: usage: kwasm replace NAME FILE
2> kwasm: try: kwasm help replace
? 2

# too many arguments
$ kwasm load a.wasm b.wasm
2> kwasm: usage: kwasm load FILE
2> kwasm: try: kwasm help load
? 2

# a word that is not one of the choices
$ kwasm attach good.wasm --on-trap explode
2> kwasm: --on-trap explode: want drop|accept|detach|deny|allow
2> kwasm: try: kwasm help attach
? 2

# a number that is none
$ kwasm attach good.wasm --priority 5x
2> kwasm: --priority 5x: want N
2> kwasm: try: kwasm help attach
? 2

# a time without a unit
$ kwasm attach good.wasm --deadline 50
2> kwasm: --deadline 50: want TIME
2> kwasm: try: kwasm help attach
? 2

# a number beyond 64 bits
$ kwasm attach good.wasm --deadline 99999999999999999999s
2> kwasm: --deadline 99999999999999999999s: want TIME
2> kwasm: try: kwasm help attach
? 2

# a namespace that is not there
$ kwasm attach good.wasm --netns nowhere
2> kwasm: there is no network namespace 'nowhere'
2> kwasm: `ip netns list` shows the names there are
? 5

# id 0 is no id
$ kwasm detach id 0
2> kwasm: id 0: want a number above 0
2> kwasm: try: kwasm help detach
? 2

# list of what
$ kwasm list everything
2> kwasm: list what? modules or links, not 'everything'
2> kwasm: try: kwasm help list
? 2

# arguments that begin with -- come behind --
$ kwasm check -- --json
2> kwasm: --json: No such file or directory
? 5

# help of every verb says how it is used
$ for v in check load attach list show replace detach unload run-once feature log completion help; do kwasm help $v | sed -n 1p; done
usage: kwasm check FILE... [options]
usage: kwasm load FILE [options]
usage: kwasm attach NAME|FILE [options]
usage: kwasm list [modules|links] [options]
usage: kwasm show NAME | id N [options]
usage: kwasm replace NAME FILE [options]
usage: kwasm detach NAME | id N [options]
usage: kwasm unload NAME | id N [options]
usage: kwasm run-once FILE|NAME [PACKET] [options]
usage: kwasm feature [options]
usage: kwasm log NAME | id N [options]
usage: kwasm completion bash [options]
usage: kwasm help [VERB] [options]

# --help of a verb is its help
$ for v in check load attach list show replace detach unload run-once feature log completion; do cmp <(kwasm help $v) <(kwasm $v --help) || echo $v; done

# help of what is no verb
$ kwasm help frobnicate
2> kwasm: there is no verb 'frobnicate'
2> kwasm: try: kwasm help help
? 2

# the completion script is one bash can read
$ kwasm completion bash | bash -n

# completion offers verbs, options and choices
$ source <(kwasm completion bash); c() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _kwasm; echo ${COMPREPLY[@]}; }; c kwasm un; c kwasm log --f; c kwasm attach x --on-trap d
unload
--follow
drop detach deny

# a full disk is noticed
$ kwasm --version >/dev/full
2> kwasm: cannot write: No space left on device
? 1

# a name the kernel would not take
$ kwasm attach good.wasm --name 'two words'
2> kwasm: --name two words: want 1 to 63 printable characters, no blank, no slash
2> kwasm: try: kwasm help attach
? 2

# beside two links at once
$ kwasm attach good.wasm --before a --after b
2> kwasm: --before or --after, not both
2> kwasm: try: kwasm help attach
? 2

# a place that is said twice
$ kwasm set edge --before a --priority 5
2> kwasm: --before says priority and order
2> kwasm: try: kwasm help set
? 2

# link what
$ kwasm link bush
2> kwasm: link what? tree, not 'bush'
2> kwasm: try: kwasm help link
? 2

# set what
$ kwasm set edge
2> kwasm: set what?  `kwasm help set` shows what can be
2> kwasm: try: kwasm help set
? 2

# set of what a link does not have
$ kwasm set edge --device r0
2> kwasm: set has no option --device
2> kwasm: try: kwasm help set
? 2

# a deadline longer than the kernel allows
$ kwasm attach good.wasm --deadline 5ms
2> kwasm: --deadline 5ms: at most 1ms
2> kwasm: try: kwasm help attach
? 2
