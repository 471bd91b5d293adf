/*
 * What stands in a playlist's lines: numbers, times, attributes, paths. For
 * src/live alone. Everything works on borrowed bytes of known length.
 */
#ifndef LIVEBIN_LIVE_PLAYLIST_VALUE_H
#define LIVEBIN_LIVE_PLAYLIST_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * A decimal number with `places` (6 at the most) kept of its fraction, the
 * rest rounded: in units of 10^-places, 0 to `max`. False: it isn't one.
 */
bool text_decimal(struct text text, int places, int64_t max, int64_t *units);

/*
 * A date and time of ISO 8601, "2026-01-31T12:00:00.5+01:00": the zone as Z,
 * +hhmm, +hh:mm, +hh, or missing (UTC); years 1970 to 9999, not before 1970 in
 * UTC. False: it isn't one.
 */
bool text_time(struct text text, int64_t *unix_ms);

/* An attribute of a list (RFC 8216, 4.2); `value` is without its quotes. */
struct attribute {
	struct text name, value;
	bool quoted;
};

/* Takes the first off *list: 1, 0 if there is none, -1 if it can't be read. */
int attribute_next(struct text *list, struct attribute *attribute);

/*
 * The part of a listed URI that names a pushed file, without query and
 * fragment: *relative if it is relative to the playlist's folder, else the name
 * behind the path that media is pushed to. False: it names nothing of ours.
 */
bool text_path(struct text uri, struct text *name, bool *relative);

#endif
