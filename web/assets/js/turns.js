// @ts-check
/** One after the other: what was begun is waited for, however it ends. */

export class Turns {
	#last = Promise.resolve();

	/** @template T @param {() => Promise<T>} run @returns {Promise<T>} */
	take(run) {
		const done = this.#last.then(run);
		this.#last = done.then(
			() => {},
			() => {},
		);
		return done;
	}
}
