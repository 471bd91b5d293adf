// @ts-check
/**
 * A picture for when there is none: a dark slate with a word on it, as a video
 * track. It is redrawn now and then, for a picture that stands quite still
 * looks to a viewer's page like a broken connection.
 */

const WIDTH = 640;
const HEIGHT = 360;

/**
 * @param {string} text
 * @returns {MediaStreamTrack}
 */
export function createSlate(text) {
	const canvas = document.createElement('canvas');
	canvas.width = WIDTH;
	canvas.height = HEIGHT;
	const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
	const draw = () => {
		pen.fillStyle = '#15161a';
		pen.fillRect(0, 0, WIDTH, HEIGHT);
		pen.fillStyle = '#a9a7b4';
		pen.font = '600 28px system-ui, sans-serif';
		pen.textAlign = 'center';
		pen.fillText(text, WIDTH / 2, HEIGHT / 2 + 10);
	};
	draw();
	const [track] = canvas.captureStream(5).getVideoTracks();
	const timer = setInterval(() => {
		if (track.readyState === 'ended') clearInterval(timer);
		else draw();
	}, 400);
	return track;
}
