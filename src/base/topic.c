/*
 * The wake file: SLOTS pairs of counters, mapped shared by every process of
 * the site. Waking is an atomic add and a one-byte write, which inotify hands
 * to whoever watches. It is not a queue and holds no messages: those are rows
 * in the store, and a waiter queries for them.
 *
 * The file may be deleted and made anew only while no program runs.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/topic.h"

#define SLOTS 16384u /* 128 KiB; a power of two */

struct slot {
	_Atomic uint32_t version;
	_Atomic int32_t intents; /* writers between intend and wake */
};

static_assert(sizeof(struct slot) == 8, "the file's layout");

/* Set once by topic_open, before threads start; constant afterwards. */
static struct {
	struct slot *slots;
	int fd;
	char path[1024];
} wake_file = { .slots = NULL, .fd = -1, .path = "" };

int
topic_open(const char *path, struct error *err)
{
	const off_t size = SLOTS * sizeof(struct slot);
	void *map;
	int fd, reason = 0;

	if (strlen(path) >= sizeof(wake_file.path))
		return error_set(err, ERROR_SYSTEM, NULL, "path too long");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		reason = errno;
	else /* on a full disk a page without its place kills who writes */
		reason = posix_fallocate(fd, 0, size);
	if (reason != 0) {
		error_set(err, ERROR_SYSTEM, NULL,
		    "can't make the wake file: %s", strerror(reason));
		goto fail;
	}
	map =
	    mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		error_set(err, ERROR_SYSTEM, NULL,
		    "can't map the wake file: %s", strerror(errno));
		goto fail;
	}
	wake_file.slots = map;
	wake_file.fd = fd;
	(void)snprintf(wake_file.path, sizeof(wake_file.path), "%s", path);
	return 0;
fail:
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Any spread will do: a clash only costs a spurious wake. */
struct topic
topic_of(const char *kind, const char *name)
{
	uint64_t digest;

	digest = digest_add(DIGEST_START, kind, strlen(kind) + 1);
	digest = digest_add(digest, name, strlen(name));
	return (struct topic){
		.slot = (uint32_t)(digest ^ digest >> 32) & (SLOTS - 1),
	};
}

uint32_t
topic_version(struct topic topic)
{
	return atomic_load(&wake_file.slots[topic.slot].version);
}

void
topic_intend(struct topic topic)
{
	atomic_fetch_add(&wake_file.slots[topic.slot].intents, 1);
}

void
topic_wake(struct topic topic)
{
	struct slot *slot = &wake_file.slots[topic.slot];

	atomic_fetch_add(&slot->version, 1);
	atomic_fetch_sub(&slot->intents, 1);
}

void
topic_ring(void)
{
	static const char byte = 0;

	/* If it fails, the slow tick of every waiter sees the version. */
	if (pwrite(wake_file.fd, &byte, 1, SLOTS * sizeof(struct slot)) != 1)
		return;
}

bool
topic_marked(struct topic topic)
{
	return atomic_load(&wake_file.slots[topic.slot].intents) != 0;
}

int
topic_watch(void)
{
	int fd;

	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0)
		return -1;
	if (inotify_add_watch(fd, wake_file.path, IN_MODIFY) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}
