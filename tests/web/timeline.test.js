/**
 * What a timeline is made of: thumbnails, times and sizes in words.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { webModule } from '../lib/web.js';

const { parseThumbnails, thumbnailAt } = await webModule('thumbnails.js');
const { bytes, clock, day, spoken, views } = await webModule('format.js');

const BASE = 'https://a.example/live/x/thumbs.vtt';

describe('thumbnails', () => {
	const text = 'WEBVTT\r\n\r\n1\r\n00:00:00.000 --> 00:00:02.000\r\nthumbs.jpg#xywh=0,0,160,90\r\n\r\n' +
		'00:02.000 --> 00:04.500\nthumbs.jpg#xywh=160,0,160,90\n\n' +
		'NOTE nothing\n\n' +
		'01:00:00.000 --> 01:00:02.000 line:0\nthumbs.jpg#xywh=pixel:320,90,160,90\n';
	const all = parseThumbnails(text, BASE);

	it('are read with times of both lengths, with and without names', () => {
		assert.deepEqual(all.map(({ start, end }) => [start, end]), [[0, 2], [2, 4.5], [3600, 3602]]);
		assert.deepEqual(all[1], {
			start: 2, end: 4.5, url: 'https://a.example/live/x/thumbs.jpg', x: 160, y: 0, width: 160, height: 90,
		});
		assert.deepEqual([all[2].x, all[2].y], [320, 90]);
	});

	it('are found by time; between two it is the earlier one', () => {
		assert.equal(thumbnailAt(all, 0), all[0]);
		assert.equal(thumbnailAt(all, 1.99), all[0]);
		assert.equal(thumbnailAt(all, 2), all[1]);
		assert.equal(thumbnailAt(all, 100), all[1]);
		assert.equal(thumbnailAt(all, 9999), all[2]);
		assert.equal(thumbnailAt([], 5), null);
		assert.equal(thumbnailAt(all.slice(1), 0), null);
	});

	it('that aren\'t any are left out', () => {
		assert.deepEqual(parseThumbnails('', BASE), []);
		assert.deepEqual(parseThumbnails('<html></html>', BASE), []);
		assert.deepEqual(parseThumbnails('WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n', BASE), []);
		assert.deepEqual(parseThumbnails('WEBVTT\n\n00:00.000 --> 00:02.000', BASE), []);
	});
});

describe('times and sizes', () => {
	it('are written and spoken', () => {
		assert.equal(clock(3_723_000), '1:02:03');
		assert.equal(spoken(3723), '1 hour 2 minutes 3 seconds');
		assert.equal(spoken(61.9), '1 minute 1 second');
		assert.equal(spoken(0), '0 seconds');
		assert.equal(spoken(Number.NaN), '0 seconds');
	});

	it('have units that fit', () => {
		assert.equal(bytes(12_345_678), '12.3 MB');
		assert.equal(bytes(2_500_000_000), '2.5 GB');
		assert.equal(bytes(840_400), '840 kB');
		assert.equal(bytes(3), '1 kB');
	});

	it('of a replay', () => {
		assert.equal(day('2025-03-07T12:00:00Z'), 'Mar 7, 2025');
		assert.equal(day(null), '');
		assert.equal(views(1), '1 view');
		assert.equal(views(1200), '1.2K views');
	});
});
