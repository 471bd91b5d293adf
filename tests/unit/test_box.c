/*
 * live/box.h: where boxes begin and end, from memory and from a file.
 */
#include "unit.h"
#include "unit_boxes.h"

/* What box_next says of these bytes, from `at` on inside of `end`. */
static int
next(const char *bytes, size_t size, uint64_t at, uint64_t end, struct box *box)
{
	const struct box_bytes memory = { (const unsigned char *)bytes, size };
	struct box_source source;
	struct error err;
	int rc;

	box_memory(&source, &memory);
	rc = box_next(&source, at, end, box, &err);
	if (rc < 0)
		assert_int_equal(err.code, ERROR_INPUT);
	return rc;
}

#define NEXT(bytes, box) \
	next(bytes, sizeof(bytes) - 1, 0, sizeof(bytes) - 1, box)

static void
boxes_follow_each_other(void **state)
{
	static const char TWO[] = "\0\0\0\x0a"
				  "fourxy\0\0\0\x08last";
	struct box box;

	(void)state;
	assert_int_equal(NEXT(TWO, &box), 1);
	assert_int_equal(box.type, BOX_TYPE('f', 'o', 'u', 'r'));
	assert_int_equal(box.at, 0);
	assert_int_equal(box.body, 8);
	assert_int_equal(box.end, 10);
	assert_int_equal(next(TWO, 18, box.end, 18, &box), 1);
	assert_int_equal(box.type, BOX_TYPE('l', 'a', 's', 't'));
	assert_int_equal(box.body, box.end);
	assert_int_equal(next(TWO, 18, box.end, 18, &box), 0);
}

static void
a_large_size_has_64_bits(void **state)
{
	struct box box;

	(void)state;
	assert_int_equal(NEXT("\0\0\0\1bigs\0\0\0\0\0\0\0\x12xx", &box), 1);
	assert_int_equal(box.body, 16);
	assert_int_equal(box.end, 18);
}

static void
no_size_is_to_the_files_end(void **state)
{
	static const char BYTES[] = "\0\0\0\0mdatabcdefg";
	struct box box;

	(void)state;
	assert_int_equal(NEXT(BYTES, &box), 1);
	assert_int_equal(box.body, 8);
	assert_int_equal(box.end, sizeof(BYTES) - 1);
	/* Inside of something that ends earlier there is no such box. */
	assert_int_equal(next(BYTES, sizeof(BYTES) - 1, 0, 12, &box), -1);
}

static void
what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} WRONG[] = {
		{ "\0\0\0\x07", 4 },
		{ "\0\0\0\x08typ", 7 },
		{ "\0\0\0\x07typetype", 12 }, /* smaller than its header */
		{ "\0\0\0\x0dtypetype", 12 }, /* one byte too large */
		{ "\xff\xff\xff\xfftypetype", 12 },
		{ "\0\0\0\1type\0\0\0\0\0\0\0", 15 }, /* cut in the size */
		{ "\0\0\0\1type\0\0\0\0\0\0\0\x0f", 16 },
		{ "\0\0\0\1type\0\0\0\0\0\0\0\x11", 16 },
		{ "\0\0\0\1type\xff\xff\xff\xff\xff\xff\xff\xff", 16 },
	};
	struct box box;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		if (next(WRONG[i].bytes, WRONG[i].size, 0, WRONG[i].size,
			&box) != -1)
			fail_msg("number %zu was taken", i);
	assert_int_equal(next("\0\0\0\x08type", 8, 9, 8, &box), -1);
	assert_int_equal(next("\0\0\0\x08type", 8, 0, 9, &box), -1);
}

static void
a_child_is_found_by_its_type(void **state)
{
	struct boxes boxes = { .size = 0 };
	struct box_bytes bytes;
	struct box_source source;
	struct box box, in;
	struct error err;
	unsigned char two[2];

	(void)state;
	boxes_init(&boxes, &BOXES_VIDEO, 1);
	(void)boxes_source(&boxes, &bytes, &source);
	in = (struct box){ .end = source.size };
	assert_int_equal(
	    box_child(&source, &in, BOX_TYPE('m', 'o', 'o', 'v'), &in, &err),
	    1);
	assert_int_equal(
	    box_child(&source, &in, BOX_TYPE('m', 'v', 'h', 'd'), &box, &err),
	    1);
	assert_int_equal(box.end - box.at, 108);
	assert_int_equal(box_get(&source, &box, 14, two, 2), 0);
	assert_int_equal(two[0] << 8 | two[1], 1000);
	assert_int_equal(box_get(&source, &box, 98, two, 2), 0);
	assert_int_equal(box_get(&source, &box, 99, two, 2), -1);
	assert_int_equal(box_get(&source, &box, UINT64_MAX, two, 2), -1);
	/* What is deeper is no child. */
	assert_int_equal(
	    box_child(&source, &in, BOX_TYPE('t', 'k', 'h', 'd'), &box, &err),
	    0);
}

static void
the_search_for_a_child_ends(void **state)
{
	struct boxes boxes = { .size = 0 };
	struct box_bytes bytes;
	struct box_source source;
	struct box box, in;
	struct error err;
	int i;

	(void)state;
	for (i = 0; i < BOX_CHILDREN_MAX - 1; i++)
		boxes_empty(&boxes, "free", 0);
	(void)boxes_source(&boxes, &bytes, &source);
	in = (struct box){ .end = source.size };
	assert_int_equal(box_child(&source, &in, 1, &box, &err), 0);
	boxes_empty(&boxes, "free", 0);
	(void)boxes_source(&boxes, &bytes, &source);
	in = (struct box){ .end = source.size };
	unit_fails(box_child(&source, &in, 1, &box, &err), &err, ERROR_INPUT);
}

static void
a_file_is_read_like_memory(void **state)
{
	struct boxes boxes = { .size = 0 };
	struct box_source source;
	struct box box;
	struct error err;
	int fd;

	(void)state;
	boxes_empty(&boxes, "free", 3);
	boxes_empty(&boxes, "skip", 0);
	fd = unit_file(boxes.bytes, boxes.size);
	unit_ok(box_file(&source, &fd, &err), &err);
	assert_int_equal(source.size, 19);
	assert_int_equal(box_next(&source, 11, 19, &box, &err), 1);
	assert_int_equal(box.type, BOX_TYPE('s', 'k', 'i', 'p'));
	/* A file that has become shorter can't be read any more. */
	assert_int_equal(ftruncate(fd, 5), 0);
	unit_fails(box_next(&source, 11, 19, &box, &err), &err, ERROR_SYSTEM);
	(void)close(fd);
	unit_fails(box_file(&source, &fd, &err), &err, ERROR_SYSTEM);
}

static void
numbers_are_big_endian(void **state)
{
	unsigned char bytes[8];

	(void)state;
	box_put_u32(bytes, 0x01020384);
	assert_memory_equal(bytes, "\1\2\3\x84", 4);
	assert_int_equal(box_u32(bytes), 0x01020384);
	box_put_u64(bytes, UINT64_C(0xf102030405060708));
	assert_memory_equal(bytes, "\xf1\2\3\4\5\6\7\x08", 8);
	assert_true(box_u64(bytes) == UINT64_C(0xf102030405060708));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boxes_follow_each_other),
		cmocka_unit_test(a_large_size_has_64_bits),
		cmocka_unit_test(no_size_is_to_the_files_end),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_child_is_found_by_its_type),
		cmocka_unit_test(the_search_for_a_child_ends),
		cmocka_unit_test(a_file_is_read_like_memory),
		cmocka_unit_test(numbers_are_big_endian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
