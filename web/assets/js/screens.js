// @ts-check
/**
 * Two video elements in one place. The one in front is seen; the one behind
 * gets the next picture ready, so that the old one stands until the new one
 * has a frame. What hears or finds the element in front goes along.
 */

/** A first frame that doesn't come is not waited for longer. */
const FRAME_MS = 3000;

export class Screens {
	#front;
	#back;

	/** @param {HTMLVideoElement} first the element in the page */
	constructor(first) {
		this.#front = first;
		this.#back = /** @type {HTMLVideoElement} */ (first.cloneNode(false));
		this.#back.removeAttribute('id');
		// What plays behind is silent, whatever the page's markup says.
		this.#back.muted = true;
		first.after(this.#back);
		this.#mark();
	}

	get front() {
		return this.#front;
	}

	get back() {
		return this.#back;
	}

	/** @param {string[]} names @param {(event: Event) => void} listen only to the one in front */
	listen(names, listen) {
		for (const video of [this.#front, this.#back]) {
			for (const name of names) {
				video.addEventListener(name, (event) => {
					if (video === this.#front) listen(event);
				});
			}
		}
	}

	/** The one behind comes to the front, as loud as the other was. */
	swap() {
		const before = this.#front;
		this.#front = this.#back;
		this.#back = before;
		this.#front.volume = before.volume;
		this.#front.muted = before.muted;
		before.muted = true;
		this.#mark();
		if (document.pictureInPictureElement === before) {
			this.#front.requestPictureInPicture().catch(() => {});
		}
	}

	#mark() {
		const name = this.#front.dataset.testid ?? this.#back.dataset.testid ?? '';
		delete this.#back.dataset.testid;
		this.#front.dataset.testid = name;
		delete this.#front.dataset.back;
		this.#back.dataset.back = '';
		this.#front.removeAttribute('aria-hidden');
		this.#back.setAttribute('aria-hidden', 'true');
		this.#back.tabIndex = -1;
	}
}

/** Resolves once the element has something to show. @param {HTMLVideoElement} video */
export function firstFrame(video) {
	if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return Promise.resolve();
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			video.removeEventListener('loadeddata', done);
			resolve(undefined);
		};
		const timer = setTimeout(done, FRAME_MS);
		video.addEventListener('loadeddata', done);
	});
}

/** @param {HTMLVideoElement} video */
export function empty(video) {
	if (video.srcObject) video.srcObject = null;
	if (!video.hasAttribute('src') && !video.childElementCount) return;
	video.replaceChildren();
	video.removeAttribute('src');
	video.load();
}
