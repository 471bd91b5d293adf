/*
 * What a recording is made of: renditions, variants, segments.
 */
#include <string.h>

#include "store/recording.h"
#include "store/statement.h"

int
store_rendition_put(
    struct store *store, const struct rendition *rendition, struct error *err)
{
	const struct rendition *r = rendition;
	int rc;

	rc = statement_run(store, STATEMENT_RENDITION_PUT, err,
	    "iitiiiiiiiiiiii", r->recording, r->number, r->name, r->target_s,
	    r->session, r->sequence, r->segments, r->duration_us, r->bytes,
	    r->end_unix_ms, r->inits, r->init_digest, r->window_seq,
	    r->window_breaks, r->dvr_bytes);
	return rc < 0 ? -1 : 0;
}

/* The columns are those of STATEMENT_RENDITION_LIST, in that order. */
static void
rendition_read(struct store *store, struct rendition *rendition)
{
	const enum statement which = STATEMENT_RENDITION_LIST;

	rendition->number = statement_int(store, which, 0);
	statement_copy(
	    store, which, 1, rendition->name, sizeof(rendition->name));
	rendition->target_s = statement_int(store, which, 2);
	rendition->session = statement_int(store, which, 3);
	rendition->sequence = statement_int(store, which, 4);
	rendition->segments = statement_int(store, which, 5);
	rendition->duration_us = statement_int(store, which, 6);
	rendition->bytes = statement_int(store, which, 7);
	rendition->end_unix_ms = statement_int(store, which, 8);
	rendition->inits = statement_int(store, which, 9);
	rendition->init_digest = statement_int(store, which, 10);
	rendition->window_seq = statement_int(store, which, 11);
	rendition->window_breaks = statement_int(store, which, 12);
	rendition->dvr_bytes = statement_int(store, which, 13);
}

static int
rendition_range(struct store *store, const struct rendition *from, int max,
    struct rendition *renditions, struct error *err)
{
	const int64_t recording = from->recording;
	int rc, count = 0;

	rc = statement_step(store, STATEMENT_RENDITION_LIST, err, "iii",
	    recording, from->number, (int64_t)max);
	while (rc == 1 && count < max) {
		memset(&renditions[count], 0, sizeof(*renditions));
		renditions[count].recording = recording;
		rendition_read(store, &renditions[count++]);
		rc = statement_step(store, STATEMENT_RENDITION_LIST, err, NULL);
	}
	statement_reset(store, STATEMENT_RENDITION_LIST);
	return rc < 0 ? -1 : count;
}

int
store_rendition_get(struct store *store, int64_t recording, int64_t number,
    struct rendition *rendition, struct error *err)
{
	const struct rendition from = { .recording = recording,
		.number = number };
	int count;

	count = rendition_range(store, &from, 1, rendition, err);
	return count == 1 && rendition->number != number ? 0 : count;
}

int
store_rendition_list(struct store *store, int64_t recording,
    struct rendition *renditions, struct error *err)
{
	const struct rendition from = { .recording = recording };

	return rendition_range(store, &from, RENDITIONS_MAX, renditions, err);
}

/* "" is kept as NULL. */
static const char *
variant_text(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

int
store_variant_put(struct store *store, int64_t recording,
    const struct variant *variant, struct error *err)
{
	const struct variant *v = variant;
	int rc;

	rc = statement_run(store, STATEMENT_VARIANT_PUT, err, "itiiiiitttti",
	    recording, v->name, (int64_t)v->audio, v->bandwidth, v->width,
	    v->height, v->frame_rate_milli, variant_text(v->codecs),
	    variant_text(v->group), variant_text(v->label),
	    variant_text(v->language), (int64_t)v->is_default);
	return rc < 0 ? -1 : 0;
}

static void
variant_read(struct store *store, struct variant *variant)
{
	const enum statement which = STATEMENT_VARIANT_GET;

	variant->audio = statement_int(store, which, 0) != 0;
	variant->bandwidth = statement_int(store, which, 1);
	variant->width = statement_int(store, which, 2);
	variant->height = statement_int(store, which, 3);
	variant->frame_rate_milli = statement_int(store, which, 4);
	statement_copy(
	    store, which, 5, variant->codecs, sizeof(variant->codecs));
	statement_copy(store, which, 6, variant->group, sizeof(variant->group));
	statement_copy(store, which, 7, variant->label, sizeof(variant->label));
	statement_copy(
	    store, which, 8, variant->language, sizeof(variant->language));
	variant->is_default = statement_int(store, which, 9) != 0;
}

int
store_variant_get(struct store *store, int64_t recording, const char *name,
    struct variant *variant, struct error *err)
{
	int rc;

	memset(variant, 0, sizeof(*variant));
	rc = statement_step(
	    store, STATEMENT_VARIANT_GET, err, "it", recording, name);
	if (rc == 1)
		variant_read(store, variant);
	statement_reset(store, STATEMENT_VARIANT_GET);
	return rc;
}

int
store_variant_count(struct store *store, int64_t recording, struct error *err)
{
	int rc, count = 0;

	rc =
	    statement_step(store, STATEMENT_VARIANT_COUNT, err, "i", recording);
	if (rc == 1)
		count = (int)statement_int(store, STATEMENT_VARIANT_COUNT, 0);
	statement_reset(store, STATEMENT_VARIANT_COUNT);
	return rc < 0 ? -1 : count;
}

int
store_segment_insert(struct store *store, const struct segment *segment,
    const char *missing, struct error *err)
{
	const struct segment *s = segment;
	int rc;

	rc = statement_run(store, STATEMENT_SEGMENT_INSERT, err, "iiiiiiiiit",
	    s->recording, s->rendition, s->seq, s->duration_us, s->at_unix_ms,
	    s->bytes, s->kind, s->init, (int64_t)s->discontinuity, missing);
	return rc < 0 ? -1 : 0;
}

/* The columns are those of STATEMENT_SEGMENT_LIST and _MISSING. */
static void
segment_read(struct store *store, enum statement which, struct segment *segment)
{
	segment->rendition = statement_int(store, which, 0);
	segment->seq = statement_int(store, which, 1);
	segment->duration_us = statement_int(store, which, 2);
	segment->at_unix_ms = statement_int(store, which, 3);
	segment->bytes = statement_int(store, which, 4);
	segment->kind = statement_int(store, which, 5);
	segment->init = statement_int(store, which, 6);
	segment->discontinuity = statement_int(store, which, 7) != 0;
	segment->gap = !statement_null(store, which, 8);
}

int
store_segment_missing(struct store *store, int64_t recording, const char *name,
    struct segment *segment, struct error *err)
{
	int rc;

	rc = statement_step(
	    store, STATEMENT_SEGMENT_MISSING, err, "it", recording, name);
	if (rc == 1) {
		segment->recording = recording;
		segment_read(store, STATEMENT_SEGMENT_MISSING, segment);
	}
	statement_reset(store, STATEMENT_SEGMENT_MISSING);
	return rc;
}

int
store_segment_fill(
    struct store *store, const struct segment *segment, struct error *err)
{
	int rc;

	rc = statement_run(store, STATEMENT_SEGMENT_FILL, err, "iiiiii",
	    segment->recording, segment->rendition, segment->seq,
	    segment->bytes, segment->kind, segment->init);
	return rc < 0 ? -1 : 0;
}

int
store_segment_list(struct store *store, const struct segment *from, int max,
    struct segment *segments, struct error *err)
{
	const int64_t recording = from->recording;
	int rc, count = 0;

	rc = statement_step(store, STATEMENT_SEGMENT_LIST, err, "iiii",
	    recording, from->rendition, from->seq, (int64_t)max);
	while (rc == 1 && count < max) {
		segments[count].recording = recording;
		segment_read(store, STATEMENT_SEGMENT_LIST, &segments[count++]);
		rc = statement_step(store, STATEMENT_SEGMENT_LIST, err, NULL);
	}
	statement_reset(store, STATEMENT_SEGMENT_LIST);
	return rc < 0 ? -1 : count;
}

int
store_segment_there(struct store *store, int64_t recording, struct error *err)
{
	int rc;

	rc =
	    statement_step(store, STATEMENT_SEGMENT_THERE, err, "i", recording);
	statement_reset(store, STATEMENT_SEGMENT_THERE);
	return rc;
}
