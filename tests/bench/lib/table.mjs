/** The table, and the arithmetic of rounds. */

export function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const mid = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[mid] :
	    (sorted[mid - 1] + sorted[mid]) / 2;
}

/**
 * Takes rounds in turn (A B A B ...), so that a machine's mood hits both.
 * @param {Object<string, function(): Promise<number>>} sides
 * @returns {Promise<Object<string, number>>} medians
 */
export async function alternate(rounds, sides) {
	const values = {};
	for (let i = 0; i < rounds; i++)
		for (const [name, take] of Object.entries(sides))
			(values[name] ??= []).push(await take());
	return Object.fromEntries(
	    Object.entries(values).map(([name, list]) => [name, median(list)]));
}

export function rate(n) {
	return `${Math.round(n).toLocaleString('en')}/s`;
}

export function time(us) {
	return `${(us / 1000).toFixed(2)} ms`;
}

export function kilobytes(n) {
	return `${n.toFixed(1)} KB`;
}

const HEAD = ['what', 'livebin', 'reference', 'ratio', 'aim', ''];

export class Table {
	constructor() {
		this.rows = [];
		this.notes = [];
	}

	/**
	 * @param {{what: string, ours: string, reference?: string,
	 *     ratio?: number, aim?: string, met?: boolean}} row without an aim:
	 *     a number to know
	 */
	row({what, ours, reference = '', ratio, aim = '', met}) {
		this.rows.push([what, ours, reference,
			ratio === undefined ? '' : ratio.toFixed(2), aim,
			met === undefined ? '' : met ? 'met' : 'MISSED']);
	}

	note(text) {
		this.notes.push(text);
	}

	failed(name, reason) {
		this.rows.push([name, 'FAILED', '', '', '', '']);
		this.note(`${name} failed: ${reason}`);
	}

	text() {
		const rows = [HEAD, ...this.rows];
		const widths = HEAD.map((_, i) =>
		    Math.max(...rows.map(row => row[i].length)));
		const lines = rows.map(row => row.map((cell, i) =>
		    i === 0 || i > 3 ? cell.padEnd(widths[i]) :
			cell.padStart(widths[i])).join('  ').trimEnd());
		lines.splice(1, 0, widths.map(w => '-'.repeat(w)).join('  '));
		return ['', ...lines, '', ...this.notes.map(n => `- ${n}`), '']
		    .join('\n');
	}
}
