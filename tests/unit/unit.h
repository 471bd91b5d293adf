/*
 * What the unit tests share: a folder of their own, the rules' surroundings
 * in it, and a second way into the store, so that what a rule wrote is not
 * read back by the rule's own code.
 *
 * One program has one folder and one wake file; each test has new databases.
 */
#ifndef LIVEBIN_UNIT_H
#define LIVEBIN_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/file.h"
#include "base/steady.h"
#include "live/access.h"
#include "live/lifecycle.h"
#include "live/live.h"
#include "live/media.h"
#include "live/signaling.h"

#define UNIT_PATH_BYTES 512
#define UNIT_COUNT(list) (sizeof(list) / sizeof((list)[0]))

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNIT_SANITIZED 1
#else
#define UNIT_SANITIZED 0
#endif

extern char **environ; /* POSIX: declared by the program */

/* A program's folder, and what the running test has open in it. */
struct unit {
	char folder[64];
	struct config config; /* a test may change it: live borrows it */
	struct live live;
};

/* Fails the test with the error's own words unless rc is 0 or more. */
#define unit_ok(rc, err)                               \
	do {                                           \
		if ((rc) < 0)                          \
			fail_msg("%s", (err)->detail); \
	} while (0)

/* The call failed, and for that reason. */
#define unit_fails(rc, err, wanted)                      \
	do {                                             \
		assert_true((rc) < 0);                   \
		assert_int_equal((err)->code, (wanted)); \
	} while (0)

static inline void
unit_nap_ms(long ms)
{
	const struct timespec nap = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&nap, NULL);
}

static inline void
unit_path(const struct unit *unit, const char *name, char *path)
{
	(void)snprintf(path, UNIT_PATH_BYTES, "%s/%s", unit->folder, name);
}

/* Writes over the middle of a file of the folder, which nobody has open. */
static inline void
unit_damage(const struct unit *unit, const char *name)
{
	char path[UNIT_PATH_BYTES], bytes[8192];
	struct error err;
	int fd;

	memset(bytes, 'x', sizeof(bytes));
	unit_path(unit, name, path);
	fd = file_open_write(path, &err);
	unit_ok(fd, &err);
	unit_ok(file_write_at(fd, bytes, sizeof(bytes), 16384, &err), &err);
	(void)close(fd);
}

/* Makes an empty folder and writes its name. */
static inline void
unit_folder_make(char folder[64])
{
	(void)snprintf(folder, 64, "/tmp/livebin-unit-XXXXXX");
	if (mkdtemp(folder) == NULL)
		fail_msg("mkdtemp: %s", strerror(errno));
}

/* Removes the files whose names begin with `prefix`. Folders are left. */
static inline void
unit_folder_clear(const char *folder, const char *prefix)
{
	char path[UNIT_PATH_BYTES];
	struct dirent *entry;
	DIR *list;

	list = opendir(folder);
	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
		    entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(list);
}

static inline void
unit_folder_remove(const char *folder)
{
	unit_folder_clear(folder, "");
	(void)rmdir(folder);
}

/* The defaults, whatever the tester's environment says. */
static inline void
unit_config(struct config *config)
{
	struct error err;
	char name[64];
	size_t i, size;

	for (i = 0; environ[i] != NULL;) {
		size = strcspn(environ[i], "=");
		if (strncmp(environ[i], "LIVEBIN_", 8) != 0 ||
		    size >= sizeof(name)) {
			i++;
			continue;
		}
		memcpy(name, environ[i], size);
		name[size] = '\0';
		(void)unsetenv(name);
		i = 0;
	}
	unit_ok(config_load(config, &err), &err);
}

/* For a group: a folder, and the process prepared in it. */
static inline int
unit_group_begin(void **state)
{
	static struct unit unit;
	struct error err;

	unit_folder_make(unit.folder);
	unit_config(&unit.config);
	(void)snprintf(
	    unit.config.data, sizeof(unit.config.data), "%s", unit.folder);
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	unit_ok(live_prepare(&unit.config, &err), &err);
	*state = &unit;
	return 0;
}

/* Removes a folder of media, with the folders in it. */
static inline void
unit_media_remove(const struct unit *unit, enum media_area area)
{
	char path[FILE_PATH_BYTES];
	struct dirent *entry;
	struct error err;
	DIR *list;

	unit_ok(media_path(&unit->config, area, ".", path, &err), &err);
	list = opendir(path);
	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		unit_ok(
		    media_path(&unit->config, area, entry->d_name, path, &err),
		    &err);
		if (unlink(path) != 0)
			assert_int_equal(
			    file_remove_folder(path, 100000, &err), 1);
	}
	(void)closedir(list);
	unit_ok(media_path(&unit->config, area, "", path, &err), &err);
	(void)rmdir(path);
}

static inline int
unit_group_end(void **state)
{
	struct unit *unit = *state;
	char path[UNIT_PATH_BYTES];
	int area;

	for (area = 0; area < MEDIA_AREA__MAX; area++)
		unit_media_remove(unit, (enum media_area)area);
	unit_path(unit, "media", path);
	(void)rmdir(path);
	unit_folder_remove(unit->folder);
	return 0;
}

/* For each test: the defaults again, new databases, `live` open. */
static inline int
unit_test_begin(void **state)
{
	struct unit *unit = *state;
	struct error err;

	unit_config(&unit->config);
	(void)snprintf(
	    unit->config.data, sizeof(unit->config.data), "%s", unit->folder);
	unit_ok(live_open(&unit->live, &unit->config, &err), &err);
	return 0;
}

static inline int
unit_test_end(void **state)
{
	struct unit *unit = *state;

	live_close(&unit->live);
	unit_folder_clear(unit->folder, "livebin.db");
	unit_folder_clear(unit->folder, "passing.db");
	unit_folder_clear(unit->folder, "secret");
	return 0;
}

#define UNIT_LIVE(function)              \
	cmocka_unit_test_setup_teardown( \
	    function, unit_test_begin, unit_test_end)
#define UNIT_RUN(tests) \
	cmocka_run_group_tests(tests, unit_group_begin, unit_group_end)

/* A connection of the test's own to one of the two files. */
static inline sqlite3 *
unit_connect(const struct unit *unit, enum store_part part)
{
	char path[UNIT_PATH_BYTES];
	sqlite3 *db;

	unit_path(
	    unit, part == STORE_LASTING ? "livebin.db" : "passing.db", path);
	assert_int_equal(
	    sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	return db;
}

/* Runs SQL behind the program's back. */
static inline void
unit_sql(const struct unit *unit, enum store_part part, const char *sql)
{
	sqlite3 *db = unit_connect(unit, part);

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

/* The first number of the first row of a query; -1 where there is no row. */
static inline int64_t
unit_sql_int(const struct unit *unit, enum store_part part, const char *sql)
{
	sqlite3 *db = unit_connect(unit, part);
	sqlite3_stmt *statement;
	int64_t number = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
	return number;
}

/* Runs `body` in a process of its own; what it returned, or -signal. */
static inline int
unit_in_child(int (*body)(void *context), void *context)
{
	int status;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body(context));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* A new stream; its key too, where `key` isn't NULL. */
static inline void
unit_create(struct unit *unit, enum visibility visibility,
    struct stream *stream, char *key)
{
	const struct stream_draft draft = {
		.title = "A title",
		.visibility = visibility,
	};
	struct stream_keys made;
	struct error err;

	unit_ok(
	    lifecycle_create(&unit->live, &draft, stream, &made, &err), &err);
	if (key != NULL)
		memcpy(key, made.key, KEY_BYTES);
}

/* A PUBLIC stream that is live. */
static inline void
unit_start(struct unit *unit, struct stream *stream)
{
	struct error err;

	unit_create(unit, VISIBILITY_PUBLIC, stream, NULL);
	unit_ok(lifecycle_start(&unit->live, stream, &err), &err);
}

/* The stream as it is stored. */
static inline void
unit_again(struct unit *unit, struct stream *stream)
{
	char id[ID_BYTES];
	struct error err;

	memcpy(id, stream->id, sizeof(id));
	stream_free(stream);
	assert_int_equal(
	    store_stream_find(unit->live.store, id, stream, &err), 1);
}

static const struct caller UNIT_PUBLISHER __attribute__((unused)) = {
	.role = ROLE_PUBLISHER,
};
static const struct caller UNIT_ANYONE __attribute__((unused)) = {
	.role = ROLE_ANYONE,
};

/* A stream and who asks, as the rules take them. Lasts as long as the block. */
#define UNIT_CALL(of, by) \
	(&(const struct call){ .stream = *(of), .caller = *(by) })

/* The publisher's page begins to read; *cursor is its own from now on. */
static inline void
unit_attend(
    struct unit *unit, const struct stream *stream, struct cursor *cursor)
{
	struct error err;

	memset(cursor, 0, sizeof(*cursor));
	unit_ok(signaling_attend(&unit->live,
		    UNIT_CALL(stream, &UNIT_PUBLISHER), 10, cursor, &err),
	    &err);
}

/* A viewer makes an offer; *caller is the viewer from now on. */
static inline void
unit_offer(struct unit *unit, const struct stream *stream, struct grant *grant,
    struct caller *caller)
{
	const struct signal signal = { .type = MAIL_OFFER, .data = "{}" };
	struct error err;

	unit_ok(signaling_offer(&unit->live, UNIT_CALL(stream, &UNIT_ANYONE),
		    &signal, grant, &err),
	    &err);
	memset(caller, 0, sizeof(*caller));
	caller->role = ROLE_VIEWER;
	caller->peer = grant->peer;
}

/* Reads a mailbox; the mails are freed, their types are left in `types`. */
static inline int
unit_read(struct unit *unit, const struct stream *stream,
    const struct caller *caller, struct cursor *cursor,
    enum mail_type types[SIGNALING_READ_MAX])
{
	struct mail mails[SIGNALING_READ_MAX];
	struct error err;
	int count, i;

	count = signaling_read(
	    &unit->live, UNIT_CALL(stream, caller), cursor, mails, &err);
	unit_ok(count, &err);
	for (i = 0; i < count; i++) {
		types[i] = mails[i].type;
		mail_free(&mails[i]);
	}
	return count;
}

#endif
