/*
 * The recording that a live broadcast's media goes into.
 */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "live/media.h"
#include "live/publish.h"

/*
 * Inside the change: is there a live broadcast to record, and may anybody see
 * it? 0, or -1.
 */
static int
publish_check(
    struct live *live, const char *stream_id, bool *shown, struct error *err)
{
	struct stream now;
	int found;

	found = store_stream_find(live->store, stream_id, &now, err);
	if (found == 0)
		found = error_set(err, ERROR_STREAM_UNKNOWN, NULL,
		    "There is no such stream.");
	else if (found == 1 && now.status != STREAM_LIVE)
		found = error_set_retry(
		    err, ERROR_OVER, 5, "The broadcast was stopped just now.");
	*shown = found == 1 && now.visibility != VISIBILITY_PRIVATE;
	stream_free(&now);
	return found < 0 ? -1 : 0;
}

static int
publish_insert(struct live *live, struct recording *fresh,
    struct recording *recording, struct error *err)
{
	struct change change;
	bool shown;
	int found;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	/* Under the write lock: two first files, or a stop, may race. */
	found = publish_check(live, fresh->stream_id, &shown, err);
	if (found == 0)
		found = store_recording_newest(
		    live->store, fresh->stream_id, recording, err);
	if (found >= 0 && (found == 0 || recording->state != RECORDING_LIVE)) {
		found = store_recording_insert(live->store, fresh, err);
		*recording = *fresh;
		if (found == 0 && shown)
			found =
			    media_show(live->config, fresh->id, fresh->id, err);
	}
	return change_end(&change, found < 0 ? -1 : 0, err);
}

int
publish_open(struct live *live, const struct stream *stream,
    struct recording *recording, struct error *err)
{
	char path[FILE_PATH_BYTES];
	struct recording fresh;
	int found, rc;

	found = store_recording_newest(live->store, stream->id, recording, err);
	if (found < 0)
		return -1;
	if (found == 1 && recording->state == RECORDING_LIVE)
		return 0;
	memset(&fresh, 0, sizeof(fresh));
	id_make(fresh.id, ID_CHARS);
	memcpy(fresh.stream_id, stream->id, ID_BYTES);
	fresh.started_unix_ms = clock_unix_ms();
	if (media_path(live->config, MEDIA_KEPT, fresh.id, path, err) != 0 ||
	    file_make_folder(path, err) != 0)
		return -1;
	rc = publish_insert(live, &fresh, recording, err);
	if (rc != 0 || strcmp(fresh.id, recording->id) != 0)
		(void)rmdir(path);
	return rc;
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
