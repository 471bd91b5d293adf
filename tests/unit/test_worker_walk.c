/*
 * worker/walk.h: renditions are chosen, and walked over session by session.
 */
#include "live/probe.h"
#include "unit.h"
#include "worker/walk.h"

static struct unit *unit;
static struct recording recording;
static struct error err;

static int
begin(void **state)
{
	if (unit_test_begin(state) != 0)
		return -1;
	unit = *state;
	memset(&recording, 0, sizeof(recording));
	id_make(recording.id, ID_CHARS);
	id_make(recording.stream_id, ID_CHARS);
	unit_ok(store_begin(unit->live.store, STORE_LASTING, &err), &err);
	unit_ok(
	    store_recording_insert(unit->live.store, &recording, &err), &err);
	return 0;
}

static int
end(void **state)
{
	unit_ok(store_commit(unit->live.store, STORE_LASTING, &err), &err);
	return unit_test_end(state);
}

static void
add_rendition(int64_t number, const char *name, int64_t bytes)
{
	struct rendition rendition = {
		.recording = recording.seq, .number = number, .bytes = bytes
	};

	(void)snprintf(rendition.name, sizeof(rendition.name), "%s", name);
	unit_ok(store_rendition_put(unit->live.store, &rendition, &err), &err);
}

static void
add_variant(const char *name, const char *group, int64_t bandwidth, bool first)
{
	struct variant variant = { .audio = bandwidth == 0,
		.bandwidth = bandwidth,
		.is_default = first };

	(void)snprintf(variant.name, sizeof(variant.name), "%s", name);
	(void)snprintf(variant.group, sizeof(variant.group), "%s", group);
	unit_ok(
	    store_variant_put(unit->live.store, recording.seq, &variant, &err),
	    &err);
}

/*
 * A rendition's segments, a second each: '.' one, 'd' one behind a
 * discontinuity, 'g' a gap, '1' one with another init section.
 */
static void
add_segments(int64_t rendition, const char *what)
{
	struct segment segment = { .recording = recording.seq,
		.rendition = rendition,
		.duration_us = 1000000,
		.kind = MEDIA_FMP4 };
	int64_t i;

	for (i = 0; what[i] != '\0'; i++) {
		segment.seq = i;
		segment.gap = what[i] == 'g';
		segment.discontinuity = what[i] == 'd';
		segment.init = what[i] == '1';
		unit_ok(store_segment_insert(unit->live.store, &segment,
			    segment.gap ? "missing" : NULL, &err),
		    &err);
	}
}

static void
choose(struct choice *choice)
{
	unit_ok(walk_choose(unit->live.store, &recording, choice, &err), &err);
}

/*
 * Walks: a '|' where a session begins, then the lane ('a', 'b'), in capitals
 * where the segment isn't a gap.
 */
static void
walks(const struct choice *choice, const char *wanted)
{
	char seen[256] = "";
	size_t used = 0;
	struct walk walk;
	struct step step;
	int rc;

	walk_begin(&walk, unit->live.store, &recording, choice);
	while ((rc = walk_next(&walk, &step, &err)) == 1 && used < 250) {
		if (step.session)
			seen[used++] = '|';
		seen[used++] =
		    (char)((step.segment.gap ? 'a' : 'A') + step.lane);
	}
	assert_int_equal(rc, 0);
	assert_string_equal(seen, wanted);
}

static void
nothing_can_be_chosen_of_nothing(void **state)
{
	struct choice choice;

	(void)state;
	unit_fails(walk_choose(unit->live.store, &recording, &choice, &err),
	    &err, ERROR_INPUT);
}

static void
the_best_variant_is_chosen_with_its_default_sound(void **state)
{
	struct choice choice;

	(void)state;
	add_rendition(0, "low.m3u8", 900);
	add_rendition(1, "de.m3u8", 10);
	add_rendition(2, "high.m3u8", 100);
	add_rendition(3, "en.m3u8", 10);
	add_rendition(4, "other.m3u8", 10);
	add_variant("low.m3u8", "x", 500000, false);
	add_variant("high.m3u8", "y", 900000, false);
	add_variant("de.m3u8", "y", 0, false);
	add_variant("en.m3u8", "y", 0, true);
	add_variant("other.m3u8", "x", 0, true);
	choose(&choice);
	assert_int_equal(choice.count, 2);
	assert_int_equal(choice.numbers[0], 2);
	assert_int_equal(choice.numbers[1], 3);
}

static void
without_a_word_about_them_the_heaviest_is_chosen(void **state)
{
	struct choice choice;

	(void)state;
	add_rendition(0, "a.m3u8", 10);
	add_rendition(1, "b.m3u8", 1000);
	choose(&choice);
	assert_int_equal(choice.count, 1);
	assert_int_equal(choice.numbers[0], 1);
}

static void
a_session_ends_where_encoder_or_init_section_change(void **state)
{
	const struct choice one = { .count = 1 };

	(void)state;
	add_rendition(0, "a.m3u8", 1);
	add_segments(0, "..d.g.11.");
	walks(&one, "|AA|AAaA|AA|A");
}

static void
gaps_are_of_their_session_wherever_they_stand(void **state)
{
	const struct choice one = { .count = 1 };

	(void)state;
	add_segments(0, "g.g1g1d");
	walks(&one, "|aAa|AaA|A");
}

static void
lanes_take_turns_and_wait_for_each_other(void **state)
{
	const struct choice both = { .numbers = { 0, 1 }, .count = 2 };

	(void)state;
	add_segments(0, "..d.");
	add_segments(1, "...d.");
	walks(&both, "|ABABB|ABAB");
}

static void
a_lane_that_has_ended_keeps_nobody_waiting(void **state)
{
	const struct choice both = { .numbers = { 0, 1 }, .count = 2 };

	(void)state;
	add_segments(0, "..d.d");
	add_segments(1, ".");
	walks(&both, "|ABA|AA|A");
}

static void
more_than_a_batch_is_walked_over_to_its_end(void **state)
{
	const struct choice one = { .count = 1 };
	char many[3 * WALK_BATCH + 2];
	struct walk walk;
	struct step step;
	int rc, count = 0;

	(void)state;
	memset(many, '.', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	add_segments(0, many);
	walk_begin(&walk, unit->live.store, &recording, &one);
	while ((rc = walk_next(&walk, &step, &err)) == 1) {
		assert_int_equal(step.segment.seq, count);
		assert_int_equal(step.at_us, count * INT64_C(1000000));
		count++;
	}
	assert_int_equal(rc, 0);
	assert_int_equal(count, 3 * WALK_BATCH + 1);
	assert_int_equal(walk.session, 0);
}

static void
the_first_of_a_session_is_found_behind_gaps(void **state)
{
	const struct choice both = { .numbers = { 0, 1 }, .count = 2 };
	struct step step, first;
	struct walk walk;

	(void)state;
	add_segments(0, "gg.d");
	add_segments(1, "ggg");
	walk_begin(&walk, unit->live.store, &recording, &both);
	assert_int_equal(walk_next(&walk, &step, &err), 1);
	assert_true(step.session);
	assert_int_equal(walk_first(&walk, &step, 0, &first, &err), 1);
	assert_int_equal(first.segment.seq, 2);
	assert_int_equal(first.at_us, 2000000);
	assert_int_equal(walk_first(&walk, &step, 1, &first, &err), 0);
}

#define WALK(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WALK(nothing_can_be_chosen_of_nothing),
		WALK(the_best_variant_is_chosen_with_its_default_sound),
		WALK(without_a_word_about_them_the_heaviest_is_chosen),
		WALK(a_session_ends_where_encoder_or_init_section_change),
		WALK(gaps_are_of_their_session_wherever_they_stand),
		WALK(lanes_take_turns_and_wait_for_each_other),
		WALK(a_lane_that_has_ended_keeps_nobody_waiting),
		WALK(more_than_a_batch_is_walked_over_to_its_end),
		WALK(the_first_of_a_session_is_found_behind_gaps),
	};

	return UNIT_RUN(tests);
}
