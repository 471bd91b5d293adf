/*
 * The recording that a live broadcast's media goes into.
 */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "live/media.h"
#include "live/publish.h"

static int
publish_insert(struct live *live, struct recording *fresh,
    struct recording *recording, struct error *err)
{
	struct change change;
	int found;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	/* Again, under the write lock: two first files may race. */
	found = store_recording_newest(
	    live->store, fresh->stream_id, recording, err);
	if (found >= 0 && (found == 0 || recording->state != RECORDING_LIVE)) {
		found = store_recording_insert(live->store, fresh, err);
		*recording = *fresh;
	}
	return change_end(&change, found < 0 ? -1 : 0, err);
}

int
publish_open(struct live *live, const struct stream *stream,
    struct recording *recording, struct error *err)
{
	char path[FILE_PATH_BYTES];
	struct recording fresh;
	int found;

	found = store_recording_newest(live->store, stream->id, recording, err);
	if (found < 0)
		return -1;
	if (found == 1 && recording->state == RECORDING_LIVE)
		return 0;
	memset(&fresh, 0, sizeof(fresh));
	id_make(fresh.id, ID_CHARS);
	memcpy(fresh.stream_id, stream->id, ID_BYTES);
	fresh.started_unix_ms = clock_unix_ms();
	if (media_path(live->config, MEDIA_LIVE, fresh.id, path, err) != 0 ||
	    file_make_folder(path, err) != 0 ||
	    publish_insert(live, &fresh, recording, err) != 0)
		return -1;
	if (strcmp(fresh.id, recording->id) != 0)
		(void)rmdir(path);
	return 0;
}

bool
publish_is_gone(struct live *live, int64_t seq)
{
	struct recording now;
	struct error ignored;
	int found;

	found = store_recording_get(live->store, seq, &now, &ignored);
	return found == 0 || (found == 1 && now.state == RECORDING_GOING);
}
