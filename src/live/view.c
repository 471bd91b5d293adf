/*
 * Gathering what is shown of a stream.
 */
#include <string.h>

#include "live/audience.h"
#include "live/media.h"
#include "live/pass.h"
#include "live/recording.h"
#include "live/view.h"

/*
 * A link that isn't there, though it may be: a program was killed as it was to
 * make it, or the recording is from before there were links.
 */
static int
view_mend(struct live *live, const struct stream *stream,
    const struct recording *recording, struct error *err)
{
	struct change change;
	struct stream now;
	int rc;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	rc = store_stream_find(live->store, stream->id, &now, err);
	if (rc == 1)
		rc = now.visibility != VISIBILITY_PRIVATE
			 ? recording_show(&change, recording, true, err)
			 : 0;
	stream_free(&now);
	return change_end(&change, rc, err);
}

int
view_load(struct live *live, const struct stream *stream,
    struct stream_view *view, struct error *err)
{
	struct recording *recording = &view->recording;
	int found;

	memset(view, 0, sizeof(*view));
	view->stream = stream;
	if (audience_get(live, stream->id, &view->audience, err) != 0)
		return -1;
	found = store_recording_shown(live->store, stream->id, recording, err);
	view->recorded = found == 1;
	if (found == 1 && stream->visibility != VISIBILITY_PRIVATE) {
		if (!media_shown(live->config, recording->id) &&
		    view_mend(live, stream, recording, err) != 0)
			return -1;
		memcpy(view->place, recording->id, ID_BYTES);
	}
	if (!view->recorded || recording->state == RECORDING_LIVE)
		return found < 0 ? -1 : 0;
	return store_job_state(live->store, recording->seq, &view->jobs, err);
}

int
view_load_for(struct live *live, const struct call *call,
    struct stream_view *view, struct error *err)
{
	if (view_load(live, &call->stream, view, err) != 0)
		return -1;
	if (!view->recorded || call->stream.visibility != VISIBILITY_PRIVATE)
		return 0;
	return pass_open(live, call, &view->recording, view->place, err);
}
