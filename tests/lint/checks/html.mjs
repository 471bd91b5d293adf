/**
 * Pages obey the Content-Security-Policy before a browser has to: no code or
 * style inside the markup, nothing loaded from another host.
 */
const TAG = /<([a-zA-Z][\w-]*)((?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?|\s*\/)*)\s*>/g;
const ATTRIBUTE = /([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g;
const LOADS = {script: 'src', link: 'href', img: 'src', iframe: 'src',
	video: 'src', audio: 'src', source: 'src', embed: 'src', object: 'data'};

function attributes(text) {
	const found = new Map();
	for (const m of text.matchAll(ATTRIBUTE))
		found.set(m[1].toLowerCase(), m[2] ?? m[3] ?? m[4] ?? '');
	return found;
}

function faults(name, attrs, behind) {
	const out = [];
	for (const key of attrs.keys())
		if (/^on[a-z]/.test(key) || key === 'style')
			out.push(`attribute ${key} in the markup`);
	const loads = attrs.get(LOADS[name]) ?? '';
	if (/^\s*(https?:)?\/\//i.test(loads) && attrs.get('rel') !== 'canonical')
		out.push(`<${name}> loads from another host`);
	if (/^\s*javascript:/i.test(attrs.get('href') ?? ''))
		out.push('code in an address');
	if (name === 'script' && !/^\s*<\/script/i.test(behind))
		out.push('<script> with a body');
	if (name === 'style')
		out.push('<style> in the markup');
	return out;
}

export default {
	name: 'html',
	about: 'no code or style in the markup, nothing from other hosts',
	async run(tree) {
		const out = [];
		for (const file of tree.list(['web'], ['.html'])) {
			const text = tree.text(file).replace(/<!--[\s\S]*?-->/g,
			    c => c.replace(/[^\n]/g, ' '));
			for (const m of text.matchAll(TAG)) {
				const name = m[1].toLowerCase();
				const line = text.slice(0, m.index).split('\n').length;
				const behind = text.slice(m.index + m[0].length);
				for (const fault of faults(name, attributes(m[2]), behind))
					out.push({file, line, text: fault});
			}
		}
		return out;
	},
};
