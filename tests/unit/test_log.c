/*
 * base/log.h: one event, one line, whatever is in it.
 */
#include <fcntl.h>
#include <pthread.h>

#include "base/log.h"
#include "unit.h"

#define LINE_BYTES 1000
#define WRITERS 4
#define LINES_EACH 250

static struct {
	char folder[64];
	char path[UNIT_PATH_BYTES];
	char text[2 * 1024 * 1024];
} place;

static int
begin(void **state)
{
	(void)state;
	unit_folder_make(place.folder);
	(void)snprintf(place.path, sizeof(place.path), "%s/log", place.folder);
	log_open("unit", place.path, LOG_LEVEL_INFO);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unit_folder_remove(place.folder);
	return 0;
}

static size_t
read_log(void)
{
	FILE *file = fopen(place.path, "rb");
	size_t size;

	assert_non_null(file);
	log_flush();
	size = fread(place.text, 1, sizeof(place.text) - 1, file);
	place.text[size] = '\0';
	(void)fclose(file);
	return size;
}

static size_t
count_lines(void)
{
	const char *at = place.text;
	size_t count = 0;

	while ((at = strchr(at, '\n')) != NULL) {
		at++;
		count++;
	}
	return count;
}

static void
a_line_has_time_level_program_request_and_text(void **state)
{
	(void)state;
	log_write(LOG_LEVEL_WARN, "REQUEST", "%d of %s", 7, "nine");
	(void)read_log();
	assert_int_equal(place.text[23], 'Z');
	assert_string_equal(place.text + 24, " warn unit REQUEST 7 of nine\n");
}

static void
a_line_without_a_request_has_a_dash(void **state)
{
	(void)state;
	log_write(LOG_LEVEL_ERROR, NULL, "text");
	(void)read_log();
	assert_string_equal(place.text + 24, " error unit - text\n");
}

static void
what_is_below_the_level_is_not_written(void **state)
{
	(void)state;
	log_write(LOG_LEVEL_DEBUG, NULL, "no");
	log_write(LOG_LEVEL_INFO, NULL, "yes");
	(void)read_log();
	assert_int_equal(count_lines(), 1);
	assert_non_null(strstr(place.text, "yes"));
}

static void
control_characters_are_replaced(void **state)
{
	char text[40], wanted[64];
	int c;

	(void)state;
	for (c = 1; c < 0x20; c++)
		text[c - 1] = (char)c;
	text[31] = 0x7f;
	text[32] = '\0';
	log_write(LOG_LEVEL_INFO, "a\nb\r", "<%s>", text);
	(void)read_log();
	(void)snprintf(wanted, sizeof(wanted), " info unit a?b? <%.32s>\n",
	    "????????????????????????????????");
	assert_string_equal(place.text + 24, wanted);
}

static void
an_event_is_one_line_of_at_most_1000_bytes(void **state)
{
	char text[3000];
	size_t length;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (length = 900; length < 1100; length++) {
		(void)unlink(place.path);
		log_open("unit", place.path, LOG_LEVEL_INFO);
		log_write(LOG_LEVEL_INFO, NULL, "%.*s", (int)length, text);
		assert_true(read_log() <= LINE_BYTES);
		assert_int_equal(count_lines(), 1);
		assert_int_equal(place.text[strlen(place.text) - 1], '\n');
	}
	assert_int_equal(strlen(place.text), LINE_BYTES);
}

static void
an_endless_request_id_does_not_break_the_line(void **state)
{
	char text[3000];

	(void)state;
	memset(text, 'r', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_write(LOG_LEVEL_INFO, text, "%s", text);
	assert_true(read_log() <= LINE_BYTES);
	assert_int_equal(count_lines(), 1);
}

static void
a_warning_is_written_at_once_behind_what_was_gathered(void **state)
{
	struct stat status;

	(void)state;
	log_write(LOG_LEVEL_INFO, NULL, "first");
	assert_int_equal(stat(place.path, &status), 0);
	assert_int_equal(status.st_size, 0);
	log_write(LOG_LEVEL_WARN, NULL, "second");
	assert_int_equal(stat(place.path, &status), 0);
	assert_true(status.st_size > 0);
	(void)read_log();
	assert_int_equal(count_lines(), 2);
	assert_true(strstr(place.text, "first") < strstr(place.text, "second"));
}

static void
many_lines_are_written_before_they_are_too_many(void **state)
{
	struct stat status;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		log_write(LOG_LEVEL_INFO, NULL, "line %d", i);
	assert_int_equal(stat(place.path, &status), 0);
	assert_true(status.st_size > 0);
	(void)read_log();
	assert_int_equal(place.text[status.st_size - 1], '\n');
	assert_int_equal(count_lines(), 1000);
}

static void
flushing_nothing_writes_nothing(void **state)
{
	(void)state;
	log_flush();
	log_flush();
	assert_int_equal(read_log(), 0);
}

static void
the_log_is_appended_to(void **state)
{
	(void)state;
	log_write(LOG_LEVEL_INFO, NULL, "first");
	log_open("unit", place.path, LOG_LEVEL_INFO);
	log_write(LOG_LEVEL_INFO, NULL, "second");
	(void)read_log();
	assert_int_equal(count_lines(), 2);
}

static void *
write_lines(void *argument)
{
	const char *name = argument;
	int i;

	for (i = 0; i < LINES_EACH; i++)
		log_write(
		    LOG_LEVEL_INFO, name, "%s%s%s%s", name, name, name, name);
	return NULL;
}

static void
lines_of_several_threads_never_mix(void **state)
{
	static char names[WRITERS][64];
	char wanted[512];
	pthread_t threads[WRITERS];
	const char *line;
	int i, found = 0;

	(void)state;
	for (i = 0; i < WRITERS; i++) {
		memset(names[i], 'a' + i, 60);
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_lines, names[i]),
		    0);
	}
	for (i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	(void)read_log();
	for (line = place.text; *line != '\0';
	     line = strchr(line, '\n') + 1, found++) {
		i = line[24 + 11] - 'a';
		assert_in_range(i, 0, WRITERS - 1);
		(void)snprintf(wanted, sizeof(wanted),
		    " info unit %s %s%s%s%s\n", names[i], names[i], names[i],
		    names[i], names[i]);
		assert_memory_equal(line + 24, wanted, strlen(wanted));
	}
	assert_int_equal(found, WRITERS * LINES_EACH);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_has_time_level_program_request_and_text),
		TEST(a_line_without_a_request_has_a_dash),
		TEST(what_is_below_the_level_is_not_written),
		TEST(control_characters_are_replaced),
		TEST(an_event_is_one_line_of_at_most_1000_bytes),
		TEST(an_endless_request_id_does_not_break_the_line),
		TEST(a_warning_is_written_at_once_behind_what_was_gathered),
		TEST(many_lines_are_written_before_they_are_too_many),
		TEST(flushing_nothing_writes_nothing),
		TEST(the_log_is_appended_to),
		TEST(lines_of_several_threads_never_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
