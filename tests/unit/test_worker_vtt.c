/*
 * worker/vtt.h: how a replay is cut into tiles, and what players are told.
 */
#include "unit.h"
#include "worker/vtt.h"

static struct sprite sprite;

static void
a_short_replay_has_a_tile_every_two_seconds(void **state)
{
	(void)state;
	sprite_plan(&sprite, 7000);
	assert_int_equal(sprite.every_ms, 2000);
	assert_int_equal(sprite.tiles, 4);
	assert_int_equal(sprite.columns, 4);
	assert_int_equal(sprite.rows, 1);
}

static void
a_long_one_has_a_hundred_at_the_most(void **state)
{
	static const int64_t LENGTHS[] = { 200000, 200001, 3599999, 21600000,
		36000017 };
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(LENGTHS); i++) {
		sprite_plan(&sprite, LENGTHS[i]);
		assert_in_range(sprite.tiles, 99, SPRITE_TILES_MAX);
		assert_int_equal(sprite.columns, SPRITE_COLUMNS);
		assert_int_equal(sprite.rows, 10);
		assert_true(sprite.every_ms * sprite.tiles >= LENGTHS[i]);
		assert_true(sprite.every_ms * (sprite.tiles - 1) < LENGTHS[i]);
	}
}

static void
nothing_at_all_is_one_tile(void **state)
{
	(void)state;
	sprite_plan(&sprite, 0);
	assert_int_equal(sprite.tiles, 1);
	assert_int_equal(sprite.rows, 1);
}

static void
each_tile_has_its_time_and_place(void **state)
{
	struct buf buf;

	(void)state;
	sprite_plan(&sprite, 5500);
	sprite.height = 90;
	buf_init(&buf, 4096);
	sprite_vtt(&sprite, "thumbs.jpg", &buf);
	assert_string_equal(buf.data,
	    "WEBVTT\n"
	    "\n00:00:00.000 --> 00:00:02.000\nthumbs.jpg#xywh=0,0,160,90\n"
	    "\n00:00:02.000 --> 00:00:04.000\nthumbs.jpg#xywh=160,0,160,90\n"
	    "\n00:00:04.000 --> 00:00:05.500\nthumbs.jpg#xywh=320,0,160,90\n");
	buf_free(&buf);
}

static void
rows_go_down_and_hours_are_told(void **state)
{
	struct buf buf;

	(void)state;
	sprite_plan(&sprite, 7200000);
	sprite.height = 120;
	buf_init(&buf, 65536);
	sprite_vtt(&sprite, "thumbs.jpg", &buf);
	assert_non_null(strstr(buf.data,
	    "\n00:13:12.000 --> 00:14:24.000\nthumbs.jpg#xywh=160,120,160,120"
	    "\n"));
	assert_non_null(strstr(buf.data,
	    "\n01:58:48.000 --> 02:00:00.000\nthumbs.jpg#xywh=1440,1080,160,"
	    "120\n"));
	buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_replay_has_a_tile_every_two_seconds),
		cmocka_unit_test(a_long_one_has_a_hundred_at_the_most),
		cmocka_unit_test(nothing_at_all_is_one_tile),
		cmocka_unit_test(each_tile_has_its_time_and_place),
		cmocka_unit_test(rows_go_down_and_hours_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
