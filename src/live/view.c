/*
 * Gathering what is shown of a stream.
 */
#include <string.h>

#include "live/audience.h"
#include "live/view.h"

int
view_load(struct live *live, const struct stream *stream,
    struct stream_view *view, struct error *err)
{
	int found;

	memset(view, 0, sizeof(*view));
	view->stream = stream;
	if (audience_get(live, stream->id, &view->audience, err) != 0)
		return -1;
	found = store_recording_shown(
	    live->store, stream->id, &view->recording, err);
	view->recorded = found == 1;
	if (!view->recorded || view->recording.state == RECORDING_LIVE)
		return found < 0 ? -1 : 0;
	return store_job_state(
	    live->store, view->recording.seq, &view->jobs, err);
}
