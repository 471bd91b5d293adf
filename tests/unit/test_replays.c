/*
 * The list of replays: what it holds after everything that may change it. What
 * isn't listed has no row, so that a page costs the same however much that is
 * (test_plans.c holds the query to it).
 */
#include "unit_jobs.h"

/* The page of replays, as seqs; how many. */
static int
listed(struct unit *unit, int64_t seqs[4])
{
	struct stream streams[4];
	struct stream_rows rows = { streams, seqs, 4 };
	struct error err;
	int i, found;

	found = store_stream_replays(unit->live.store, INT64_MAX, &rows, &err);
	unit_ok(found, &err);
	for (i = 0; i < found; i++)
		stream_free(&streams[i]);
	return found;
}

/* A stream that has a replay. */
static void
ready(struct unit *unit, struct stream *stream, struct recording *recording)
{
	over(unit, 1, stream, recording);
	replay(unit, recording);
	unit_sql(unit, STORE_LASTING, "DELETE FROM job");
	unit_again(unit, stream);
}

static void
see(struct unit *unit, struct stream *stream, enum visibility visibility)
{
	const struct stream_patch patch = { .visibility = &visibility };
	struct error err;

	unit_ok(lifecycle_update(&unit->live, stream, &patch, &err), &err);
}

static void
the_newest_stands_first(void **state)
{
	struct unit *unit = *state;
	struct recording first, second;
	struct stream one, two;
	int64_t seqs[4];

	assert_int_equal(listed(unit, seqs), 0);
	ready(unit, &one, &first);
	ready(unit, &two, &second);
	assert_int_equal(listed(unit, seqs), 2);
	assert_int_equal(seqs[0], second.seq);
	assert_int_equal(seqs[1], first.seq);
	stream_free(&one);
	stream_free(&two);
}

static void
what_is_not_public_is_not_listed(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	int64_t seqs[4];

	ready(unit, &stream, &recording);
	see(unit, &stream, VISIBILITY_UNLISTED);
	assert_int_equal(listed(unit, seqs), 0);
	assert_int_equal(count(unit, "replay"), 0);
	see(unit, &stream, VISIBILITY_PRIVATE);
	assert_int_equal(listed(unit, seqs), 0);
	see(unit, &stream, VISIBILITY_PUBLIC);
	see(unit, &stream, VISIBILITY_PUBLIC);
	assert_int_equal(listed(unit, seqs), 1);
	assert_int_equal(seqs[0], recording.seq);
	stream_free(&stream);
}

static void
what_is_live_is_not_listed(void **state)
{
	struct unit *unit = *state;
	struct recording first, second;
	struct stream stream;
	struct error err;
	int64_t seqs[4];

	ready(unit, &stream, &first);
	unit_ok(lifecycle_start(&unit->live, &stream, &err), &err);
	assert_int_equal(listed(unit, seqs), 0);
	unit_push(unit, &stream, "b", 0, 1);
	unit_again(unit, &stream);
	unit_ok(lifecycle_stop(&unit->live, &stream, true, &err), &err);
	/* While the new one is made the old one is to be had. */
	assert_int_equal(listed(unit, seqs), 1);
	assert_int_equal(seqs[0], first.seq);
	replay(unit, &second);
	assert_true(second.seq > first.seq);
	assert_int_equal(listed(unit, seqs), 1);
	assert_int_equal(seqs[0], second.seq);
	stream_free(&stream);
}

static void
what_is_not_kept_leaves_the_one_before(void **state)
{
	struct unit *unit = *state;
	struct recording first, second;
	struct stream stream;
	struct error err;
	int64_t seqs[4];

	ready(unit, &stream, &first);
	unit_ok(lifecycle_start(&unit->live, &stream, &err), &err);
	unit_push(unit, &stream, "b", 0, 1);
	unit_again(unit, &stream);
	unit_ok(lifecycle_stop(&unit->live, &stream, true, &err), &err);
	replay(unit, &second);
	unit_sql(unit, STORE_LASTING,
	    "UPDATE recording SET state = 4"
	    " WHERE seq = (SELECT max(seq) FROM recording)");
	assert_int_equal(listed(unit, seqs), 1);
	assert_int_equal(seqs[0], first.seq);
	unit_sql(unit, STORE_LASTING, "DELETE FROM recording");
	assert_int_equal(listed(unit, seqs), 0);
	stream_free(&stream);
}

static void
what_is_deleted_is_not_listed(void **state)
{
	struct unit *unit = *state;
	struct recording recording;
	struct stream stream;
	struct error err;
	int64_t seqs[4];

	ready(unit, &stream, &recording);
	unit_ok(lifecycle_delete(&unit->live, stream.id, &err), &err);
	assert_int_equal(listed(unit, seqs), 0);
	assert_int_equal(count(unit, "replay"), 0);
	stream_free(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(the_newest_stands_first),
		UNIT_LIVE(what_is_not_public_is_not_listed),
		UNIT_LIVE(what_is_live_is_not_listed),
		UNIT_LIVE(what_is_not_kept_leaves_the_one_before),
		UNIT_LIVE(what_is_deleted_is_not_listed),
	};

	return UNIT_RUN(tests);
}
