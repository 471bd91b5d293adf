/*
 * Passes. A link is made inside the transaction that writes its row, and the
 * name is told only behind the commit: what a kill leaves in between is a link
 * whose name nobody knows. It is removed inside the one that deletes the row.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/sign.h"
#include "base/steady.h"
#include "live/media.h"
#include "live/pass.h"
#include "store/pass.h"
#include "store/rate.h"

#define STRAYS_EVERY_MS (60 * 60 * 1000)

/* KEY_CHARS characters that follow from the right and the recording. */
static void
pass_name(struct live *live, const struct call *call,
    const struct recording *recording, char name[KEY_BYTES])
{
	unsigned char hash[HASH_BYTES];
	char text[SIGN_TEXT_BYTES(HASH_BYTES)], label[96];

	(void)snprintf(label, sizeof(label), "pass %" PRId64 " %" PRId64 " %s",
	    call->playback.id, recording->seq, recording->id);
	secret_hash(&live->secret, label, hash);
	sign_encode(hash, sizeof(hash), text);
	(void)snprintf(name, KEY_BYTES, "%.*s", KEY_CHARS, text);
}

/*
 * Under the write lock: is all still so that the name may be told? The right
 * was looked at before; what took it away since has closed what it had made.
 */
static int
pass_may(struct live *live, const struct call *call,
    const struct recording *recording, struct error *err)
{
	struct recording now;
	int may;

	may = access_stands(live, call, err);
	if (may == 1)
		may =
		    store_recording_get(live->store, recording->seq, &now, err);
	if (may == 1 && now.state == RECORDING_GOING)
		may = 0;
	return may;
}

/* Who has the key can make tokens without end; links cost the disk. */
static int
pass_fits(
    struct live *live, const struct recording *recording, struct error *err)
{
	const int64_t max = live->config->passes_max;
	int64_t count;

	count = store_pass_count(live->store, recording->seq, err);
	if (count < 0)
		return -1;
	if (count >= max)
		return error_set_retry(err, ERROR_VIEWERS_MAX, 60,
		    "The broadcast is open to %lld tokens already, as many as "
		    "this site allows. One must run out first.",
		    (long long)max);
	return 0;
}

/* 1 if it was made, 0 if it may not be, or -1. */
static int
pass_make(struct live *live, const struct call *call,
    const struct recording *recording, const char *name, struct error *err)
{
	struct pass pass = { .recording = recording->seq,
		.until_unix_ms = call->playback.until_unix_ms };
	struct change change;
	int made;

	memcpy(pass.name, name, KEY_BYTES);
	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	made = pass_may(live, call, recording, err);
	if (made == 1 &&
	    (pass_fits(live, recording, err) != 0 ||
		store_pass_put(live->store, &pass, err) != 0 ||
		media_show(live->config, name, recording->id, err) != 0))
		made = -1;
	if (change_end(&change, made < 0 ? -1 : 0, err) != 0)
		return -1;
	return made;
}

int
pass_open(struct live *live, const struct call *call,
    const struct recording *recording, char name[KEY_BYTES], struct error *err)
{
	int there = 0;

	if (call->playback.id == 0 ||
	    call->playback.until_unix_ms <= clock_unix_ms()) {
		name[0] = '\0';
		return 0;
	}
	pass_name(live, call, recording, name);
	if (media_shown(live->config, name))
		there = store_pass_there(live->store, name, err);
	if (there == 0)
		there = pass_make(live, call, recording, name, err);
	if (there != 1)
		name[0] = '\0';
	return there < 0 ? -1 : 0;
}

static int
pass_close(struct change *change, const struct pass *pass, struct error *err)
{
	struct live *live = change->live;

	if (media_hide(live->config, pass->name, err) != 0)
		return -1;
	return store_pass_delete(live->store, pass->name, err) < 0 ? -1 : 0;
}

int
pass_revoke(struct change *change, int64_t recording, struct error *err)
{
	struct pass pass;
	int found;

	while ((found = store_pass_of(
		    change->live->store, recording, &pass, err)) == 1)
		if (pass_close(change, &pass, err) != 0)
			return -1;
	return found;
}

int
pass_revoke_ended(struct change *change, int64_t unix_ms, struct error *err)
{
	struct pass pass;
	int found;

	while ((found = store_pass_ended(
		    change->live->store, unix_ms, &pass, err)) == 1)
		if (pass_close(change, &pass, err) != 0)
			return -1;
	return found;
}

/* A name in the folder live that no row knows: of a pass, it is removed. */
static int
stray_one(void *context, const char *name, struct error *err)
{
	struct live *live = context;
	struct change change;
	int there;

	if (!id_valid(name, KEY_CHARS) ||
	    (there = store_pass_there(live->store, name, err)) == 1)
		return 0;
	/* Or it is just being made: that is over once we write. */
	if (there < 0 || change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	there = store_pass_there(live->store, name, err);
	if (there == 0)
		there = media_hide(live->config, name, err);
	return change_end(&change, there < 0 ? -1 : 0, err);
}

/*
 * Now and then, and behind a boot or a way back to a backup at once: those
 * begin the "passing" part anew.
 */
static int
pass_sweep_strays(struct live *live, struct error *err)
{
	const int64_t now = steady_now_ms();
	char path[FILE_PATH_BYTES];
	struct change change;
	int due;

	if (change_begin(&change, live, STORE_PASSING, err) != 0)
		return -1;
	due = store_chore_claim(
	    live->store, "passes", now, now + STRAYS_EVERY_MS, err);
	if (change_end(&change, due < 0 ? -1 : 0, err) != 0)
		return -1;
	if (due == 0)
		return 0;
	if (media_path(live->config, MEDIA_LIVE, ".", path, err) != 0)
		return -1;
	return file_each(path, stray_one, live, err);
}

int
pass_sweep(struct live *live, struct error *err)
{
	/* Tokens end by the calendar. */
	const int64_t now = clock_unix_ms();
	struct change change;
	struct pass pass;
	int found;

	if (pass_sweep_strays(live, err) != 0)
		return -1;
	/* A look, most of the time, and no lock. */
	found = store_pass_ended(live->store, now, &pass, err);
	if (found != 1)
		return found;
	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	return change_end(&change, pass_revoke_ended(&change, now, err), err);
}
