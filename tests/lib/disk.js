/**
 * A disk of a few megabytes, for tests that fill it or make it read-only. It takes the right to mount.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (program, ...args) => execFileSync(program, args, { stdio: 'pipe' });

/** Said by a test that is skipped without one. */
export const NO_MOUNT = 'a file system can\'t be mounted here';

export class Disk {
	#size;
	#mounted = false;

	/** @param {number} megabytes */
	constructor(megabytes) {
		this.path = mkdtempSync(join(tmpdir(), 'livebin-disk-'));
		this.#size = megabytes;
	}

	/** False where that isn't allowed. */
	mount() {
		try {
			run('mount', '-t', 'tmpfs', '-o', `size=${this.#size}m`, 'tmpfs', this.path);
			this.#mounted = true;
		} catch {
			/* told by what is returned */
		}
		return this.#mounted;
	}

	/** Even while programs that were just killed still hold it. */
	remove() {
		if (this.#mounted) run('umount', '--lazy', this.path);
		rmSync(this.path, { recursive: true, force: true });
	}

	/** Fills it but for so many bytes; others may write meanwhile. */
	fill(left) {
		const { bavail, bsize } = statfsSync(this.path);
		try {
			writeFileSync(join(this.path, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - left)));
		} catch (error) {
			if (error.code !== 'ENOSPC') throw error;
		}
	}

	drain() {
		rmSync(join(this.path, 'filler'));
	}

	/** 'ro' or 'rw', while nothing is open on it for writing. */
	remount(how) {
		run('mount', '-o', `remount,${how}`, this.path);
	}
}

/** Makes a file or folder read-only for whoever opens it from now on; returns what ends that. False: not allowed. */
export function readOnly(path) {
	try {
		run('mount', '--bind', path, path);
		run('mount', '-o', 'remount,bind,ro', path);
	} catch {
		return false;
	}
	return () => run('umount', '--lazy', path);
}
