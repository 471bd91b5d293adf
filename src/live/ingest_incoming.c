/*
 * Whose list is it? docs/media.md says what an encoder is; here is how its
 * lists are told from another's, and from its own older ones.
 */
#include <string.h>

#include "live/ingest_parts.h"
#include "live/ingest_incoming.h"

int64_t
incoming_end(const struct playlist *list)
{
	return list->sequence + (int64_t)list->segment_count;
}

/* Does this list go on from the last one of that encoder? */
static bool
list_goes_on(const struct encoder *encoder, const struct playlist *list)
{
	if (list->sequence == encoder->sequence + 1)
		return true;
	if (encoder->sequence < list->sequence ||
	    encoder->sequence >= incoming_end(list))
		return false;
	return strcmp(list->segments[encoder->sequence - list->sequence].name,
		   encoder->last) == 0;
}

/* How what a list names stands to what a newcomer sent over it. */
struct aside {
	size_t published; /* entries that players have */
	size_t sent;	  /* those of them that the newcomer sent too */
	bool differs;
};

static int
list_compare_one(struct incoming *in, const char *name, struct aside *aside,
    struct error *err)
{
	struct upload theirs, ours;
	int found;

	found = store_upload_find(
	    in->live->store, in->stream->id, name, &ours, err);
	if (found <= 0 || !ours.published)
		return found < 0 ? -1 : 0;
	aside->published++;
	found = store_upload_aside(
	    in->live->store, in->stream->id, name, &theirs, err);
	if (found == 1) {
		aside->sent++;
		aside->differs |= theirs.digest != ours.digest;
	}
	return found < 0 ? -1 : 0;
}

static int
list_compare(struct incoming *in, struct aside *aside, struct error *err)
{
	size_t i;

	memset(aside, 0, sizeof(*aside));
	for (i = 0; i < in->list->segment_count; i++)
		if (list_compare_one(
			in, in->list->segments[i].name, aside, err) != 0)
			return -1;
	return 0;
}

/*
 * Is a list that goes on by its numbers a newcomer's all the same? If it says
 * no more than is known, or if the newcomer has sent all that it names. One
 * that sends beside the first, at the same pace, has sent no more than one
 * segment between two lists of the first. 1, 0, or -1.
 */
static int
list_is_newcomer(struct incoming *in, struct error *err)
{
	const struct encoder *encoder = &in->encoder;
	const bool more = incoming_end(in->list) > encoder->sequence + 1;
	struct upload upload;
	struct aside aside;
	int found;

	found = store_upload_newcomer(
	    in->live->store, in->stream->id, &upload, err);
	if (found <= 0)
		return found;
	if (list_compare(in, &aside, err) != 0)
		return -1;
	/* Two are sending: whose it is can be seen where they are apart. */
	if (strcmp(encoder->sender, in->sender) != 0 &&
	    ingest_held_ms(encoder, in->now) > 0)
		return 1;
	if (!aside.differs || !more)
		return aside.differs;
	return aside.sent == aside.published &&
	       (aside.sent > 1 || ingest_held_ms(encoder, in->now) == 0);
}

/*
 * Requests may overtake each other. An older list of the same encoder names
 * what is published; one of an encoder that begins anew has sent that again.
 */
static int
list_is_stale(struct incoming *in, struct error *err)
{
	struct aside aside;

	if (incoming_end(in->list) > in->encoder.sequence)
		return 0;
	if (list_compare(in, &aside, err) != 0)
		return -1;
	return aside.published > 0 && aside.sent == 0;
}

int
incoming_look(struct incoming *in, struct error *err)
{
	int found;

	in->goes_on = in->stale = false;
	found = store_encoder_find(
	    in->live->store, in->stream->id, in->name, &in->encoder, err);
	if (found < 0)
		return -1;
	in->known = found == 1;
	if (!in->known)
		return 0;
	if (list_goes_on(&in->encoder, in->list)) {
		found = list_is_newcomer(in, err);
		in->goes_on = found == 0;
	} else {
		found = list_is_stale(in, err);
		in->stale = found == 1;
	}
	return found < 0 ? -1 : 0;
}
