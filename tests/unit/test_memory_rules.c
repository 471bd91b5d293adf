/*
 * No memory, for the rules and what is below them: the n-th allocation fails,
 * for every n until none is left. What fails says that memory is out, has
 * changed nothing, keeps nothing, and works when there is memory again.
 *
 * Not here: what json-c builds (see test_memory.c).
 */
#include "base/process.h"
#include "http/exchange.h"
#include "http/json_text.h"
#include "http/places.h"
#include "live/audience.h"
#include "live/backup.h"
#include "live/fmp4.h"
#include "live/jobs.h"
#include "live/limit.h"
#include "live/token.h"
#include "unit_media.h"
#include "unit_memory.h"

#if !UNIT_SANITIZED

/* What a call is made with; each test has its own use for it. */
struct scene {
	struct unit *unit;
	struct stream stream;
	struct cursor page;
	struct grant grant;
	struct caller viewer;
	int round;
	int step; /* every so manieth allocation: some calls make thousands */
};

typedef int work_function(struct scene *scene, struct error *err);

/* Other connections, which see whether anything was committed. */
struct witness {
	sqlite3 *parts[STORE_PART__MAX];
};

static int
data_version(sqlite3 *db)
{
	sqlite3_stmt *statement;
	int version;

	assert_int_equal(
	    sqlite3_prepare_v2(db, "PRAGMA data_version", -1, &statement, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	version = sqlite3_column_int(statement, 0);
	(void)sqlite3_finalize(statement);
	return version;
}

static int
versions(const struct witness *witness)
{
	return data_version(witness->parts[STORE_LASTING]) +
	       data_version(witness->parts[STORE_PASSING]);
}

/* What a call that failed says, and what it left. */
static void
check_failed(const struct error *err, bool changed)
{
	assert_true(err->code == ERROR_SYSTEM || err->code == ERROR_STORE);
	if (strstr(err->detail, "memory") == NULL)
		fail_msg("it says: %s", err->detail);
	assert_false(changed);
}

/*
 * Makes the call once with each allocation failing. `single`: it is one
 * transaction, or none, so that a failure has changed nothing at all.
 */
static void
walk(struct scene *scene, work_function *work, bool single)
{
	struct witness witness = {
		{ unit_connect(scene->unit, STORE_LASTING),
		    unit_connect(scene->unit, STORE_PASSING) },
	};
	struct error err;
	long n, kept;
	int rc, before, failed = 0;

	unit_ok(work(scene, &err), &err); /* what is kept on the first call */
	for (n = 0; n < STARVE_MAX; n += scene->step) {
		before = versions(&witness);
		kept = living_ours();
		memset(&err, 0, sizeof(err));
		countdown = n;
		rc = work(scene, &err);
		if (countdown >= 0)
			break;
		countdown = -1;
		failed += rc < 0;
		if (rc < 0)
			check_failed(
			    &err, single && versions(&witness) != before);
		if (living_ours() != kept)
			fail_msg("allocation %ld: %ld are left", n,
			    living_ours() - kept);
	}
	countdown = -1;
	unit_ok(rc, &err);
	assert_true(n < STARVE_MAX && failed > 0);
	(void)sqlite3_close(witness.parts[STORE_LASTING]);
	(void)sqlite3_close(witness.parts[STORE_PASSING]);
}

/* A live stream with a page and a viewer, and room for all that is sent. */
static void
scene_make(void **state, struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->step = 1;
	scene->unit = *state;
	scene->unit->config.mailbox_max = 100000;
	scene->unit->config.max_peers = 100000;
	unit_start(scene->unit, &scene->stream);
	unit_attend(scene->unit, &scene->stream, &scene->page);
	unit_offer(scene->unit, &scene->stream, &scene->grant, &scene->viewer);
}

/* A test of one call, in a scene of its own. */
static void
walk_alone(void **state, work_function *work, bool single)
{
	struct scene scene;

	scene_make(state, &scene);
	walk(&scene, work, single);
	stream_free(&scene.stream);
}

#define WALK(name, work, single)                 \
	static void name(void **state)           \
	{                                        \
		walk_alone(state, work, single); \
	}

static int
open_store(struct scene *scene, struct error *err)
{
	char lasting[UNIT_PATH_BYTES], passing[UNIT_PATH_BYTES];
	struct store *store;

	unit_path(scene->unit, "livebin.db", lasting);
	unit_path(scene->unit, "passing.db", passing);
	if (store_open(&store, lasting, passing, 1000, err) != 0) {
		assert_null(store);
		return -1;
	}
	store_close(store);
	return 0;
}

static void
a_store_is_opened_whole_or_not_at_all(void **state)
{
	struct scene scene;

	scene_make(state, &scene);
	scene.step = 23;
	walk(&scene, open_store, true);
	stream_free(&scene.stream);
}

static int
find_stream(struct scene *scene, struct error *err)
{
	struct stream found;
	int rc;

	rc = store_stream_find(
	    scene->unit->live.store, scene->stream.id, &found, err);
	if (rc == 1)
		stream_free(&found);
	return rc == 1 ? 0 : -1;
}
WALK(a_stream_is_read_whole_or_not_at_all, find_stream, true)

static int
create_described(struct scene *scene, struct error *err)
{
	const struct stream_draft draft = {
		.title = "title",
		.description = "described, so that there is more to keep",
	};
	struct stream_keys keys;
	struct stream stream;

	if (lifecycle_create(&scene->unit->live, &draft, &stream, &keys, err) !=
	    0)
		return -1;
	stream_free(&stream);
	return 0;
}
WALK(a_stream_is_created_whole_or_not_at_all, create_described, true)

/* There and back: more than one transaction, each of them whole. */
static int
stop_and_start(struct scene *scene, struct error *err)
{
	if (lifecycle_stop(&scene->unit->live, &scene->stream, false, err) != 0)
		return -1;
	return lifecycle_start(&scene->unit->live, &scene->stream, err);
}
WALK(a_stream_stops_and_starts, stop_and_start, false)

static int
change_key(struct scene *scene, struct error *err)
{
	struct stream_keys keys;

	return lifecycle_rotate(&scene->unit->live, &scene->stream, &keys, err);
}
WALK(a_key_is_changed_or_is_as_it_was, change_key, false)

static int
send_candidate(struct scene *scene, struct error *err)
{
	const struct signal signal = { .type = MAIL_ICE_CANDIDATE,
		.data = "{\"candidate\":\"\"}" };

	return signaling_send(&scene->unit->live,
	    UNIT_CALL(&scene->stream, &scene->viewer), &signal, err);
}
WALK(a_message_is_sent_or_not, send_candidate, true)

static int
offer_anew(struct scene *scene, struct error *err)
{
	const struct signal signal = { .type = MAIL_OFFER, .data = "{}" };
	struct grant grant;

	return signaling_offer(&scene->unit->live,
	    UNIT_CALL(&scene->stream, &UNIT_ANYONE), &signal, &grant, err);
}
WALK(a_peer_is_made_whole_or_not_at_all, offer_anew, true)

static int
attend_again(struct scene *scene, struct error *err)
{
	return signaling_attend(&scene->unit->live,
	    UNIT_CALL(&scene->stream, &UNIT_PUBLISHER), 10, &scene->page, err);
}
WALK(a_lease_is_renewed_or_not, attend_again, true)

static int
read_all(struct scene *scene, struct error *err)
{
	struct mail mails[SIGNALING_READ_MAX];
	struct cursor cursor = scene->page;
	int count, i;

	count = signaling_read(&scene->unit->live,
	    UNIT_CALL(&scene->stream, &UNIT_PUBLISHER), &cursor, mails, err);
	for (i = 0; i < count; i++) {
		assert_non_null(mails[i].data);
		mail_free(&mails[i]);
	}
	return count < 0 ? -1 : 0;
}

static void
messages_are_read_all_or_none(void **state)
{
	struct scene scene;
	struct error err;
	int i;

	scene_make(state, &scene);
	for (i = 0; i < 5; i++)
		unit_ok(send_candidate(&scene, &err), &err);
	walk(&scene, read_all, true);
	stream_free(&scene.stream);
}

static int
beat(struct scene *scene, struct error *err)
{
	char viewer_id[ID_BYTES];
	const struct heartbeat heartbeat = { .viewer_id = viewer_id };
	struct audience audience;

	(void)snprintf(
	    viewer_id, sizeof(viewer_id), "%021d", scene->round++ % 100000);
	return audience_heartbeat(
	    &scene->unit->live, &scene->stream, &heartbeat, &audience, err);
}
WALK(a_viewer_is_counted_or_not, beat, true)

static int
spend(struct scene *scene, struct error *err)
{
	char subject[32];

	(void)snprintf(
	    subject, sizeof(subject), "192.0.2.%d", scene->round++ % 250);
	scene->unit->config.views_per_minute = 1000000;
	return limit_take(&scene->unit->live, LIMIT_VIEW, subject, err);
}
WALK(a_limit_is_drawn_on_or_not, spend, true)

static int
make_token(struct scene *scene, struct error *err)
{
	struct token wanted = { .scopes = TOKEN_CREATE };
	char secret[KEY_BYTES];

	(void)snprintf(wanted.name, sizeof(wanted.name), "t%d", scene->round++);
	return token_create(&scene->unit->live, &wanted, secret, err);
}
WALK(a_token_is_made_or_not, make_token, true)

static int
claim_and_release(struct scene *scene, struct error *err)
{
	struct recording recording;
	struct job job;
	int rc;

	rc = jobs_claim(&scene->unit->live, &job, &recording, err);
	if (rc == 1)
		rc = jobs_release(&scene->unit->live, &job, err);
	return rc < 0 ? -1 : 0;
}

static void
a_job_is_claimed_or_not(void **state)
{
	struct scene scene;

	scene_make(state, &scene);
	unit_sql(scene.unit, STORE_LASTING,
	    "INSERT INTO recording (id, stream_id, state, started_ms)"
	    " VALUES ('r', 's', 2, 0);"
	    "INSERT INTO job (recording, kind, due_ms) VALUES (1, 1, 0)");
	walk(&scene, claim_and_release, false);
	/* A claim whose release failed is over with its lease. */
	assert_int_equal(
	    unit_sql_int(scene.unit, STORE_LASTING, "SELECT count(*) FROM job"),
	    1);
	stream_free(&scene.stream);
}

static int
push_one(struct scene *scene, struct error *err)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "p%d.ts", scene->round++);
	return unit_send(scene->unit, &scene->stream, name, "G", err) < 0 ? -1
									  : 0;
}
WALK(a_pushed_file_is_taken_or_not, push_one, false)

static int
back_up(struct scene *scene, struct error *err)
{
	char path[UNIT_PATH_BYTES];
	struct error second;
	long left;
	int rc;

	unit_path(scene->unit, "backup", path);
	rc = backup_make(&scene->unit->config, path, err);
	left = countdown;
	countdown = -1;
	assert_int_equal(access(path, F_OK), rc);
	assert_int_equal(file_remove_folder(path, 100, &second), 1);
	countdown = left;
	return rc;
}

static void
a_backup_is_whole_or_not_there(void **state)
{
	struct scene scene;

	scene_make(state, &scene);
	scene.step = 7;
	walk(&scene, back_up, true);
	stream_free(&scene.stream);
}

static int
make_places(struct scene *scene, struct error *err)
{
	(void)scene;
	if (places_open(64, 4, err) != 0)
		return -1;
	places_close();
	return 0;
}
WALK(places_are_there_or_not, make_places, true)

static int
copy_member(struct scene *scene, struct error *err)
{
	static const char TEXT[] = "{\"a\":1,\"json\":{\"b\":[2]}}";
	char *member;

	(void)scene;
	member = json_text_member(TEXT, sizeof(TEXT) - 1, "json");
	if (member == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	assert_string_equal(member, "{\"b\":[2]}");
	free(member);
	return 0;
}
WALK(a_member_of_a_body_is_copied_or_not, copy_member, true)

static int
begin_request(struct scene *scene, struct error *err)
{
	static char method[] = "REQUEST_METHOD=GET", uri[] = "REQUEST_URI=/a";
	static char *variables[] = { method, uri, NULL };
	struct request *request;
	void *kept;

	request = exchange_new(&scene->unit->config, -1, true);
	if (request == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	exchange_begin(request, variables);
	kept = request_state(request, 64, NULL);
	exchange_end(request);
	return kept != NULL
		   ? 0
		   : error_set(err, ERROR_SYSTEM, NULL, "out of memory");
}

WALK(a_request_is_begun_or_not, begin_request, true)

static int
detach(struct scene *scene, struct error *err)
{
	static const char *const ARGV[] = { "/bin/true", NULL };
	pid_t pid;

	(void)scene;
	pid = process_detach(ARGV, err);
	if (pid < 0)
		return -1;
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return 0;
}
WALK(a_program_is_started_or_not, detach, true)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_LIVE(a_store_is_opened_whole_or_not_at_all),
		UNIT_LIVE(a_stream_is_read_whole_or_not_at_all),
		UNIT_LIVE(a_stream_is_created_whole_or_not_at_all),
		UNIT_LIVE(a_stream_stops_and_starts),
		UNIT_LIVE(a_key_is_changed_or_is_as_it_was),
		UNIT_LIVE(a_message_is_sent_or_not),
		UNIT_LIVE(a_peer_is_made_whole_or_not_at_all),
		UNIT_LIVE(a_lease_is_renewed_or_not),
		UNIT_LIVE(messages_are_read_all_or_none),
		UNIT_LIVE(a_viewer_is_counted_or_not),
		UNIT_LIVE(a_limit_is_drawn_on_or_not),
		UNIT_LIVE(a_token_is_made_or_not),
		UNIT_LIVE(a_job_is_claimed_or_not),
		UNIT_LIVE(a_pushed_file_is_taken_or_not),
		UNIT_LIVE(a_backup_is_whole_or_not_there),
		UNIT_LIVE(places_are_there_or_not),
		UNIT_LIVE(a_member_of_a_body_is_copied_or_not),
		UNIT_LIVE(a_request_is_begun_or_not),
		UNIT_LIVE(a_program_is_started_or_not),
	};

	return UNIT_RUN(tests);
}

#else

int
main(void)
{
	(void)printf("TAP version 13\n1..1\n"
		     "ok 1 # SKIP a sanitizer's malloc is in the way\n");
	return 0;
}

#endif
