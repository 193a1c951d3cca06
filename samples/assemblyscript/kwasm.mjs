// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
// For asc --transform: comments of the program become section kwasm.meta and the names of exports.

export default class {
	meta = "";
	programs = [];

	afterParse(parser) {
		for (const source of parser.sources) {
			for (const [, key, text] of source.text.matchAll(/^\/\/kwasm\.(\w+) (.*)$/gm)) {
				if (key == "meta")
					this.meta += text + "\n";
				else
					this.programs.push(text.split(" "));
			}
		}
	}

	afterCompile(module) {
		module.addCustomSection("kwasm.meta", new TextEncoder().encode(this.meta));
		for (const [name, hook] of this.programs) {
			const ref = module.getExport(name);
			if (!ref)
				throw new Error(`no exported function ${name} for ${hook}`);
			module.addFunctionExport(this.internalName(name), hook);
			module.removeExport(name);
		}
	}

	internalName(name) {
		for (const element of this.program.elementsByName.values())
			if (element.name == name && element.internalName.endsWith("/" + name))
				return element.internalName;
		throw new Error(`no function ${name}`);
	}
}
