// @ts-check
/** The player alone, for other people's pages. */

import { get } from './dom.js';
import { videoIdOfAddress } from './store.js';
import { Theatre, exposeToTests } from './theatre.js';

const videoId = videoIdOfAddress() ?? '';
get('title-link', HTMLAnchorElement).href = `/watch/${videoId}`;

const theatre = new Theatre(videoId);
exposeToTests(theatre.viewer);
theatre.open();
