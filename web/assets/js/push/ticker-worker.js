// @ts-check
/** The worker of ticker.js: told a number of milliseconds, it beats so. */

onmessage = ({ data }) => {
	setInterval(() => postMessage(0), data);
};
