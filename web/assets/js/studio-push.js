// @ts-check
/**
 * The studio's words about what is pushed: whether the recording keeps up,
 * what it is made of, what went wrong, and after the stop what becomes of the
 * replay. Ears get fewer words than eyes: a number that runs isn't read out.
 */

import { get, say } from './dom.js';

/** Up to here it is just a segment on its way. */
const UP_TO_DATE_SECONDS = 4.5;
/** Leaving the page with more than this unsent is asked about. */
export const UNSENT_SECONDS = 4.5;
const SPEAK_MS = 10_000;

/** @typedef {import('./push/push.js').PushStatus} PushStatus */

/**
 * The line about the recording.
 * @param {PushStatus} status
 * @returns {{words: string, isAlarm: boolean}}
 */
export function pushWords(status) {
	const { state, secondsBehind, trouble, refusal } = status;
	const behind = `${Math.ceil(secondsBehind)} s`;
	if (state === 'unable') {
		const words = 'This browser can’t record or push: it has no encoder for that. Viewers see you live; there is no replay.';
		return { words, isAlarm: true };
	}
	if (state === 'refused') return { words: refusalWords(refusal), isAlarm: true };
	if (state === 'finishing') {
		const words = secondsBehind > 0 ? `Sending the last ${behind}…` : 'Sending the last seconds…';
		return { words: trouble ? `${words} ${troubleWords(trouble)}` : words, isAlarm: trouble !== null };
	}
	if (state === 'opening' || (!status.video && !trouble)) {
		return { words: 'Recording: starting…', isAlarm: false };
	}
	if (secondsBehind <= UP_TO_DATE_SECONDS) return { words: 'Recording: up to date', isAlarm: false };
	if (!trouble) return { words: `Recording: ${behind} behind; catching up`, isAlarm: false };
	return { words: `Recording: ${behind} behind. ${troubleWords(trouble)}`, isAlarm: true };
}

/** @param {import('./api.js').Problem} trouble */
function troubleWords({ status, title }) {
	if (status === 0) return 'The server doesn’t answer; nothing is lost while this page is open.';
	if (status === 409) return 'Another encoder still sends this stream; this page waits for its turn.';
	if (status === 429) return 'The server asks for patience; it goes on by itself.';
	if (status === 507) return 'The server’s disk is full; we keep trying.';
	return `${title}; we keep trying.`;
}

/** @param {import('./api.js').Problem|null} refusal */
function refusalWords(refusal) {
	const status = refusal?.status ?? 0;
	if (status === 401 || status === 403) return 'The recording ended: the stream key was replaced.';
	if ([404, 405, 501].includes(status)) {
		return 'This server takes no recording. Viewers see you live; there is no replay.';
	}
	return `The recording ended: ${refusal?.title ?? 'the server refuses it'}.`;
}

/** @param {PushStatus} status */
function kindWords({ video, audio }) {
	if (!video) return '';
	return audio ? `${video} with sound (${audio})` : `${video} without sound`;
}

/** @param {PushStatus} status */
function lostWords({ secondsLost, lostWhy }) {
	if (!secondsLost) return '';
	const seconds = Math.max(1, Math.round(secondsLost));
	if (!lostWhy) return `The oldest ${seconds} s were given up: what waits no longer fits into memory.`;
	return `${seconds} s are missing in the replay: ${lostWhy}`;
}

export class PushPanel {
	#panel = get('push', HTMLElement);
	#line = get('push-line', HTMLElement);
	#spoken = get('push-spoken', HTMLElement);
	#kind = get('push-kind', HTMLElement);
	#lost = get('push-lost', HTMLElement);
	#progress = get('push-progress', HTMLProgressElement);
	#hurry = get('push-hurry', HTMLButtonElement);
	#spokenMs = 0;
	#spokenBare = '';
	#most = 0;

	/** @param {() => void} hurry  stops without waiting */
	constructor(hurry) {
		this.#hurry.addEventListener('click', hurry);
	}

	/** @param {PushStatus|null} status */
	draw(status) {
		this.#panel.hidden = !status || status.state === 'done';
		if (!status || this.#panel.hidden) return;
		const { words, isAlarm } = pushWords(status);
		const isFinishing = status.state === 'finishing';
		say(this.#line, words);
		this.#panel.dataset.alarm = isAlarm ? 'yes' : 'no';
		this.#panel.dataset.state = isFinishing || status.secondsBehind > UP_TO_DATE_SECONDS ? 'behind' : status.state;
		say(this.#kind, isFinishing ? '' : kindWords(status));
		say(this.#lost, lostWords(status));
		this.#hurry.hidden = !isFinishing;
		this.#progress.hidden = !isFinishing;
		this.#most = isFinishing ? Math.max(this.#most, status.secondsBehind) : 0;
		this.#progress.max = Math.max(this.#most, 0.1);
		this.#progress.value = this.#most - status.secondsBehind;
		this.#speak(words);
	}

	/** @param {string} words */
	#speak(words) {
		const bare = words.replace(/\d+/g, '');
		if (bare === this.#spokenBare && performance.now() - this.#spokenMs < SPEAK_MS) return;
		this.#spokenBare = bare;
		this.#spokenMs = performance.now();
		say(this.#spoken, words);
	}
}

/** After the stop: the replay, how far it is, and where. */
export class ReplayPanel {
	#panel = get('replay', HTMLElement);
	#line = get('replay-line', HTMLElement);
	#detail = get('replay-detail', HTMLElement);
	#progress = get('replay-progress', HTMLProgressElement);
	#watch = get('replay-watch', HTMLAnchorElement);
	#download = get('replay-download', HTMLAnchorElement);

	/** @param {import('./api.js').Stream|null} stream @param {boolean} isShown */
	draw(stream, isShown) {
		const recording = stream?.recording;
		this.#panel.hidden = !isShown || !recording || recording.state === 'RECORDING';
		if (!stream || !recording || this.#panel.hidden) return;
		const { state, progress, detail, mp4Url } = recording;
		say(this.#line, {
			RECORDING: '',
			PROCESSING: 'The replay is being made…',
			READY: mp4Url ? 'The replay is ready' : 'The replay is ready to watch',
			FAILED: 'The replay could not be made',
		}[state]);
		say(this.#detail, detail ?? '');
		this.#progress.hidden = progress === null || state === 'FAILED';
		if (progress !== null) this.#progress.value = progress;
		this.#watch.hidden = state !== 'READY';
		this.#watch.href = `/watch/${stream.videoId}`;
		this.#download.hidden = !mp4Url;
		if (mp4Url) this.#download.href = mp4Url;
	}
}
