// @ts-check
/** Small helpers for the page's elements. */

/**
 * The element with this id; a page that lacks it is broken.
 * @template {Element} T
 * @param {string} id
 * @param {{new (): T}} type
 * @returns {T}
 */
export function get(id, type) {
	const element = document.getElementById(id);
	if (!(element instanceof type)) throw new Error(`no #${id}`);
	return element;
}

/**
 * Sets the text where it differs: screen readers announce every write to a
 * live region, changed or not.
 * @param {Element} element @param {string} text
 */
export function say(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

/**
 * A copy of what a <template> holds.
 * @param {string} id @returns {HTMLElement}
 */
export function stamp(id) {
	const { content } = get(id, HTMLTemplateElement);
	const copy = /** @type {DocumentFragment} */ (content.cloneNode(true));
	return /** @type {HTMLElement} */ (copy.firstElementChild);
}

/**
 * @param {ParentNode} parent @param {string} part the value of data-part
 * @returns {HTMLElement}
 */
export function partOf(parent, part) {
	const element = parent.querySelector(`[data-part="${part}"]`);
	if (!(element instanceof HTMLElement)) throw new Error(`no part ${part}`);
	return element;
}
