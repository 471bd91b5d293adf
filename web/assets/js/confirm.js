// @ts-check
/** A question before something that can't be undone. */

import { get, say } from './dom.js';

/**
 * @param {{title: string, text: string, yes: string}} question
 * @returns {Promise<boolean>} false where the dialog was closed by any other way
 */
export function confirm({ title, text, yes }) {
	const dialog = get('confirm', HTMLDialogElement);
	say(get('confirm-title', HTMLElement), title);
	say(get('confirm-text', HTMLElement), text);
	say(get('confirm-yes', HTMLElement), yes);
	dialog.returnValue = '';
	dialog.showModal();
	return new Promise((resolve) => {
		const onClose = () => resolve(dialog.returnValue === 'yes');
		dialog.addEventListener('close', onClose, { once: true });
	});
}
