// @ts-check
/**
 * The studio's share of secrets and links: the link (a private stream's are
 * made, studio-invite.js), the embed code, the key,
 * and the address that an encoder pushes to, which is as secret as the key.
 */

import { Problem } from './api.js';
import { confirm } from './confirm.js';
import { get, say } from './dom.js';
import { copyOnClick, shareOnClick } from './share.js';
import { Invite } from './studio-invite.js';
import { getIngestUrl } from './store.js';

export class SharePanel {
	#panel = get('share-panel', HTMLElement);
	#link = get('share-link', HTMLInputElement);
	#embed = get('embed-code', HTMLTextAreaElement);
	#keyPanel = get('key-panel', HTMLElement);
	#key = get('stream-key', HTMLOutputElement);
	#reveal = get('reveal-key', HTMLButtonElement);
	#note = get('key-note', HTMLElement);
	#ingest = get('ingest', HTMLElement);
	#ingestKnown = get('ingest-known', HTMLElement);
	#ingestUnknown = get('ingest-unknown', HTMLElement);
	#ingestUrl = get('ingest-url', HTMLOutputElement);
	#command = get('ffmpeg-command', HTMLOutputElement);
	#isShown = false;
	#invite;
	#broadcast;

	/** @param {import('./broadcast.js').Broadcast} broadcast */
	constructor(broadcast) {
		this.#broadcast = broadcast;
		this.#invite = new Invite(broadcast, () => this.draw());
		copyOnClick(get('copy-link', HTMLElement), () => this.#link.value);
		copyOnClick(get('copy-embed', HTMLElement), () => this.#embed.value);
		copyOnClick(get('copy-key', HTMLElement), () => broadcast.key ?? '');
		copyOnClick(get('copy-ingest', HTMLElement), () => this.#address ?? '');
		copyOnClick(get('copy-ffmpeg', HTMLElement), () => ffmpegCommand(this.#address ?? ''));
		const what = () => ({ title: broadcast.stream?.title ?? 'livebin', url: this.#link.value });
		shareOnClick(get('share-native', HTMLElement), what, { isExtra: true });
		this.#reveal.addEventListener('click', () => {
			this.#isShown = !this.#isShown;
			this.draw();
		});
		get('rotate-key', HTMLElement).addEventListener('click', () => this.#rotate());
		for (const field of [this.#link, this.#embed]) {
			field.addEventListener('focus', () => field.select());
		}
	}

	draw() {
		const { videoId, key } = this.#broadcast;
		this.#panel.hidden = !videoId || !key;
		this.#keyPanel.hidden = !videoId || !key;
		if (!videoId || !key) return;
		const { origin } = location;
		this.#invite.draw();
		const { watchUrl, embedUrl } = this.#invite.made ?? {
			watchUrl: `${origin}/watch/${videoId}`,
			embedUrl: `${origin}/embed/${videoId}`,
		};
		this.#link.value = watchUrl;
		this.#embed.value =
			`<iframe src="${embedUrl}" width="640" height="360" ` +
			'title="Live on livebin" allow="autoplay; fullscreen; picture-in-picture" ' +
			'allowfullscreen loading="lazy"></iframe>';
		// Until it is asked for, the page doesn't hold it.
		say(this.#key, this.#isShown ? key : '•'.repeat(key.length));
		this.#drawIngest();
		this.#reveal.setAttribute('aria-pressed', String(this.#isShown));
		say(this.#reveal, this.#isShown ? 'Hide' : 'Show');
	}

	get #address() {
		return this.#broadcast.videoId ? getIngestUrl(this.#broadcast.videoId) : null;
	}

	#drawIngest() {
		const address = this.#address;
		this.#ingest.hidden = address === '';
		this.#ingestKnown.hidden = !address;
		this.#ingestUnknown.hidden = Boolean(address);
		if (!address) return;
		const shown = this.#isShown ? address : masked(address);
		say(this.#ingestUrl, shown);
		say(this.#command, ffmpegCommand(shown));
	}

	async #rotate() {
		const isMeant = await confirm({
			title: 'Replace the stream key?',
			text: 'The old key stops working at once, everywhere you gave it. This page goes on with the new one.',
			yes: 'Replace key',
		});
		if (!isMeant) return;
		try {
			await this.#broadcast.rotateKey();
			say(this.#note, 'There is a new key. The old one no longer works.');
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			say(this.#note, `The key was not replaced: ${error.title}.`);
		}
		this.draw();
	}
}

/** The address without its last part, which is the secret. @param {string} address */
function masked(address) {
	return address.replace(/[^/]+\/?$/, (secret) => '•'.repeat(secret.length));
}

/** One line that pushes a file as if it were live. @param {string} address */
function ffmpegCommand(address) {
	return 'ffmpeg -re -i in.mp4 -c:v libx264 -force_key_frames "expr:gte(t,n_forced*2)" -c:a aac ' +
		`-f hls -hls_time 2 -hls_list_size 6 -hls_segment_type fmp4 -method PUT ${address}index.m3u8`;
}
