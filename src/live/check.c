/*
 * Checks. Media is compared under each recording's lock, so that what is being
 * published isn't taken for half there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/backup.h"
#include "live/check.h"
#include "live/media.h"
#include "store/pass.h"
#include "store/recording.h"
#include "store/stream.h"

#define BATCH 100
#define YOUNG_S 60 /* a folder may be there before its row */

struct check {
	struct live *live;
	struct findings *findings;
	enum media_area area; /* that folders are looked for in */
};

/* What of one rendition isn't as its rows say. */
struct damage {
	int64_t missing, wrong;
	char first[MEDIA_FILE_BYTES];
};

static int
media_file_size(const struct check *check, const struct recording *recording,
    const char *name, int64_t *bytes, struct error *err)
{
	char path[FILE_PATH_BYTES];

	if (media_file(check->live->config, recording->id, name, path, err) !=
	    0)
		return -1;
	*bytes = file_size(path);
	return 0;
}

/* Of how many bytes it must be; -1: it must be there. */
static int
check_file(const struct check *check, const struct recording *recording,
    const char *name, int64_t bytes, struct error *err)
{
	int64_t found;

	if (media_file_size(check, recording, name, &found, err) != 0)
		return -1;
	if (found < 0)
		findings_add(check->findings, "recording %s: %s is missing",
		    recording->id, name);
	else if (bytes >= 0 && found != bytes)
		findings_add(check->findings,
		    "recording %s: %s has %" PRId64 " bytes of %" PRId64,
		    recording->id, name, found, bytes);
	return 0;
}

static int
check_segment(const struct check *check, const struct recording *recording,
    const struct segment *segment, struct damage *damage, struct error *err)
{
	char name[MEDIA_FILE_BYTES];
	int64_t found;

	if (segment->gap)
		return 0;
	media_segment_name(segment, name);
	if (media_file_size(check, recording, name, &found, err) != 0)
		return -1;
	if (found == segment->bytes)
		return 0;
	if (damage->missing + damage->wrong == 0)
		memcpy(damage->first, name, sizeof(name));
	damage->missing += found < 0;
	damage->wrong += found >= 0;
	return 0;
}

static int
check_segments(const struct check *check, const struct recording *recording,
    const struct rendition *rendition, struct damage *damage, struct error *err)
{
	struct segment segments[BATCH];
	struct segment from = { .recording = recording->seq,
		.rendition = rendition->number };
	int count, i;

	do {
		count = store_segment_list(
		    check->live->store, &from, BATCH, segments, err);
		for (i = 0; i < count; i++)
			if (check_segment(check, recording, &segments[i],
				damage, err) != 0)
				return -1;
		if (count > 0)
			from.seq = segments[count - 1].seq + 1;
	} while (count == BATCH);
	return count < 0 ? -1 : 0;
}

static int
check_rendition(const struct check *check, const struct recording *recording,
    const struct rendition *rendition, struct error *err)
{
	struct damage damage = { .missing = 0 };
	char name[MEDIA_FILE_BYTES];
	int64_t init;

	for (init = 0; init < rendition->inits; init++) {
		media_init_name(rendition->number, init, name);
		if (check_file(check, recording, name, -1, err) != 0)
			return -1;
	}
	if (check_segments(check, recording, rendition, &damage, err) != 0)
		return -1;
	if (damage.missing + damage.wrong > 0)
		findings_add(check->findings,
		    "recording %s: of %" PRId64
		    " segments of rendition %" PRId64 " %" PRId64
		    " are missing and %" PRId64 " have another size, first %s",
		    recording->id, rendition->segments, rendition->number,
		    damage.missing, damage.wrong, damage.first);
	return 0;
}

/* What was made of it when it was over. */
static int
check_made(const struct check *check, const struct recording *recording,
    struct error *err)
{
	if ((recording->state == RECORDING_READY &&
		check_file(check, recording, "replay.m3u8", -1, err) != 0) ||
	    (recording->mp4_bytes > 0 && check_file(check, recording, MEDIA_MP4,
					     recording->mp4_bytes, err) != 0) ||
	    (recording->poster &&
		check_file(check, recording, MEDIA_POSTER, -1, err) != 0) ||
	    (recording->thumbs &&
		(check_file(check, recording, MEDIA_THUMBS, -1, err) != 0 ||
		    check_file(check, recording, MEDIA_SPRITE, -1, err) != 0)))
		return -1;
	return 0;
}

static int
check_files(const struct check *check, const struct recording *recording,
    struct error *err)
{
	struct rendition renditions[RENDITIONS_MAX];
	int count, i;

	count = store_rendition_list(
	    check->live->store, recording->seq, renditions, err);
	for (i = 0; i < count; i++)
		if (check_rendition(check, recording, &renditions[i], err) != 0)
			return -1;
	return count < 0 ? -1 : check_made(check, recording, err);
}

/* 1 if it is still to be there, as it is now; 0, or -1. */
static int
recording_again(
    const struct check *check, struct recording *recording, struct error *err)
{
	int found;

	found = store_recording_get(
	    check->live->store, recording->seq, recording, err);
	return found == 1 && recording->state == RECORDING_GOING ? 0 : found;
}

static int
check_recording(
    const struct check *check, struct recording *recording, struct error *err)
{
	char path[FILE_PATH_BYTES];
	struct stat status;
	int found, lock = -1;

	if (media_path(
		check->live->config, MEDIA_KEPT, recording->id, path, err) != 0)
		return -1;
	if (stat(path, &status) == 0) {
		lock = media_lock(check->live->config, recording->id, err);
		/* Or it was removed just now. */
		if (lock < 0 && stat(path, &status) == 0)
			return -1;
	}
	found = recording_again(check, recording, err);
	if (found == 1 && lock < 0)
		findings_add(check->findings,
		    "recording %s of stream %s: its folder is missing",
		    recording->id, recording->stream_id);
	else if (found == 1)
		found = check_files(check, recording, err);
	if (lock >= 0)
		(void)close(lock);
	return found < 0 ? -1 : 0;
}

static int
check_recordings(const struct check *check, struct error *err)
{
	struct recording recording = { .seq = 0 };
	int64_t seq = 0;
	int found;

	while ((found = store_recording_after(
		    check->live->store, seq, &recording, err)) == 1) {
		seq = recording.seq;
		if (check_recording(check, &recording, err) != 0)
			return -1;
	}
	return found;
}

/* What is open under a playbackId: whoever may see it, may. */
static int
check_open(const struct check *check, const struct recording *recording,
    struct error *err)
{
	struct stream stream;
	int found;

	found = store_stream_find(
	    check->live->store, recording->stream_id, &stream, err);
	if (found == 1 && stream.visibility == VISIBILITY_PRIVATE)
		findings_add(check->findings,
		    "recording %s of stream %s, which is PRIVATE, is open to "
		    "all: remove the link %s in the folder live",
		    recording->id, stream.id, recording->id);
	stream_free(&stream);
	return found < 0 ? -1 : 0;
}

/* A name in the folder live: a playbackId, or a pass. 1, 0: neither, -1. */
static int
check_link(const struct check *check, const char *name, struct error *err)
{
	struct recording recording;
	int found;

	found = store_recording_find(check->live->store, name, &recording, err);
	if (found == 1 && check_open(check, &recording, err) != 0)
		return -1;
	return found != 0 ? found
			  : store_pass_there(check->live->store, name, err);
}

static int
check_folder(void *context, const char *name, struct error *err)
{
	const struct check *check = context;
	char path[FILE_PATH_BYTES];
	struct recording recording;
	int found;

	if (check->area == MEDIA_LIVE)
		found = check_link(check, name, err);
	else
		found = store_recording_find(
		    check->live->store, name, &recording, err);
	if (found != 0)
		return found < 0 ? -1 : 0;
	if (media_path(check->live->config, check->area, name, path, err) != 0)
		return -1;
	if (file_age_s(path) >= YOUNG_S)
		findings_add(check->findings,
		    "%.300s: no recording has this folder", path);
	return 0;
}

/* One that was removed meanwhile, or never was, holds nothing. */
static int
check_folders(struct check *check, enum media_area area, struct error *err)
{
	char path[FILE_PATH_BYTES];
	struct stat status;

	check->area = area;
	if (media_path(check->live->config, area, ".", path, err) != 0)
		return -1;
	if (stat(path, &status) != 0)
		return 0;
	return file_each(path, check_folder, check, err);
}

static int
check_media(
    const struct config *config, struct findings *findings, struct error *err)
{
	struct live live;
	struct check check = { .live = &live, .findings = findings };
	int rc;

	rc = live_open(&live, config, err);
	if (rc == 0)
		rc = check_recordings(&check, err);
	if (rc == 0)
		rc = check_folders(&check, MEDIA_KEPT, err);
	if (rc == 0)
		rc = check_folders(&check, MEDIA_LIVE, err);
	if (rc == 0)
		rc = check_folders(&check, MEDIA_TRASH, err);
	live_close(&live);
	return rc;
}

/* Which file a finding is in stands before it. */
struct prefixed {
	struct findings *findings;
	const char *name;
};

static void
prefixed_say(void *context, const char *line)
{
	const struct prefixed *prefixed = context;

	findings_add(prefixed->findings, "%s: %s", prefixed->name, line);
}

/* Nothing is wrong with an older one, but its rows aren't ours yet. */
static void
prefixed_note(const struct prefixed *prefixed, int version, int newest)
{
	char line[160];

	(void)snprintf(line, sizeof(line),
	    "%s: version %d; the server brings it to %d. Media wasn't looked "
	    "at",
	    prefixed->name, version, newest);
	prefixed->findings->say(prefixed->findings->context, line);
}

/* 1 if this program could use it as it is, 0, or -1 with *err. */
static int
check_database(const struct config *config, enum store_part part,
    const char *name, struct findings *findings, struct error *err)
{
	struct prefixed prefixed = { findings, name };
	struct findings inner = { .say = prefixed_say, .context = &prefixed };
	char path[CONFIG_TEXT_BYTES];
	int version;

	if (config_path(config, name, path, err) != 0)
		return -1;
	/* What may be forgotten may be missing: the next program makes it. */
	if (part == STORE_PASSING && access(path, F_OK) != 0 && errno == ENOENT)
		return 1;
	version =
	    upkeep_examine(path, part, (int)config->busy_timeout_ms, &inner);
	/* It would be brought up to date by being opened. */
	if (inner.count == 0 && version < upkeep_version(part))
		prefixed_note(&prefixed, version, upkeep_version(part));
	return inner.count == 0 && version == upkeep_version(part);
}

static int
check_secret(
    const struct config *config, struct findings *findings, struct error *err)
{
	char path[CONFIG_TEXT_BYTES];
	struct secret secret;
	int found;

	if (config_path(config, BACKUP_SECRET, path, err) != 0)
		return -1;
	found = secret_find(&secret, path, err);
	secret_wipe(&secret, sizeof(secret));
	if (found == 0)
		findings_add(findings,
		    "secret: it is missing: no key or token opens anything");
	else if (found < 0)
		findings_add(findings, "secret: %s", err->detail);
	return found == 1;
}

int
check_site(
    const struct config *config, struct findings *findings, struct error *err)
{
	int lasting, passing, secret;

	lasting = check_database(
	    config, STORE_LASTING, BACKUP_DATABASE, findings, err);
	passing =
	    check_database(config, STORE_PASSING, "passing.db", findings, err);
	secret = check_secret(config, findings, err);
	if (lasting < 0 || passing < 0 || secret < 0)
		return -1;
	if (lasting == 1 && passing == 1 && secret == 1)
		return check_media(config, findings, err);
	return 0;
}
