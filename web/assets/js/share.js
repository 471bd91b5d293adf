// @ts-check
/** Handing a link or a text to somebody: the clipboard, or the system's share sheet. */

/**
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copyBySelection(text);
	}
}

/** The clipboard needs a secure page; the old way doesn't. @param {string} text */
function copyBySelection(text) {
	const field = document.createElement('textarea');
	field.value = text;
	field.className = 'visually-hidden';
	document.body.append(field);
	field.select();
	const isCopied = document.execCommand('copy');
	field.remove();
	return isCopied;
}

/**
 * Makes a button copy; it says "Copied" for a moment.
 * @param {HTMLElement} button
 * @param {() => string} text
 */
export function copyOnClick(button, text) {
	const label = button.querySelector('[data-label]') ?? button;
	const usual = label.textContent ?? '';
	let timer = 0;
	button.addEventListener('click', async () => {
		label.textContent = (await copy(text())) ? 'Copied' : 'Not copied';
		clearTimeout(timer);
		timer = window.setTimeout(() => {
			label.textContent = usual;
		}, 2000);
	});
}

/**
 * Shares by the system's sheet where there is one; otherwise the button copies
 * or, where `isExtra`, stays hidden.
 * @param {HTMLElement} button
 * @param {() => {title: string, url: string}} what
 * @param {{isExtra?: boolean}} [options]
 */
export function shareOnClick(button, what, options = {}) {
	if (typeof navigator.share !== 'function') {
		if (options.isExtra) button.hidden = true;
		else copyOnClick(button, () => what().url);
		return;
	}
	button.hidden = false;
	button.addEventListener('click', () => {
		// The person may close the sheet; that is no error.
		navigator.share(what()).catch(() => {});
	});
}
