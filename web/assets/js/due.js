// @ts-check
/** One appointment: the earliest of those that were asked for is kept. */

export class Due {
	/** @type {{timer: number, at: number, isFixed: boolean, run: () => void}|null} */
	#next = null;

	get isSet() {
		return this.#next !== null;
	}

	/**
	 * @param {number} ms
	 * @param {() => void} run
	 * @param {boolean} [isFixed] the server named the time: it isn't hurried
	 */
	schedule(ms, run, isFixed = false) {
		const at = performance.now() + ms;
		if (this.#next && this.#next.at <= at) return;
		this.cancel();
		const timer = window.setTimeout(() => {
			this.#next = null;
			run();
		}, ms);
		this.#next = { timer, at, isFixed, run };
	}

	cancel() {
		if (this.#next) clearTimeout(this.#next.timer);
		this.#next = null;
	}

	/** There is more hope than a moment ago: don't wait any longer. */
	hurry() {
		if (!this.#next || this.#next.isFixed) return;
		const { run } = this.#next;
		this.cancel();
		run();
	}
}
