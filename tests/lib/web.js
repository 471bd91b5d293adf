/**
 * The pages' own modules in node, without a browser. They are plain .js beside no package.json, which some versions of
 * node take for CommonJS; so they are imported from a copy that says what they are.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../web/assets/js/', import.meta.url));
const COPY = mkdtempSync(join(tmpdir(), 'livebin-test-web-'));
cpSync(SOURCE, COPY, { recursive: true });
writeFileSync(join(COPY, 'package.json'), '{"type":"module"}');
process.on('exit', () => rmSync(COPY, { recursive: true, force: true }));

/** @param {string} path below web/assets/js */
export function webModule(path) {
	return import(pathToFileURL(join(COPY, path)));
}

/** What modules want of a page while they wait: somebody who tells of hope. */
export function pretendPage() {
	globalThis.window = new EventTarget();
	globalThis.document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
}
