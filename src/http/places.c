/*
 * Places, and how many of them each client has: a table of counts by the
 * client's number, with linear probing. It is twice as large as there are
 * places, so there is always a free slot.
 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "http/places.h"

struct slot {
	uint64_t client;
	uint32_t count; /* 0: free */
};

/* All but `lock` under it. */
static struct {
	pthread_mutex_t lock;
	struct slot *slots;
	size_t size, max, max_per_client, taken;
} places = { .lock = PTHREAD_MUTEX_INITIALIZER };

int
places_open(size_t max, size_t max_per_client, struct error *err)
{
	size_t size = 2;

	while (size < 2 * max)
		size *= 2;
	places.slots = calloc(size, sizeof(places.slots[0]));
	if (places.slots == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	places.size = size;
	places.max = max;
	places.max_per_client = max_per_client;
	return 0;
}

void
places_close(void)
{
	free(places.slots);
	places.slots = NULL;
	places.taken = 0;
}

/* The slot of a client, or the free one that it would get. */
static size_t
places_slot(uint64_t client)
{
	size_t at = (size_t)client & (places.size - 1);

	while (places.slots[at].count > 0 && places.slots[at].client != client)
		at = (at + 1) & (places.size - 1);
	return at;
}

static int
places_add(uint64_t client, struct error *err)
{
	struct slot *slot = &places.slots[places_slot(client)];

	if (places.taken >= places.max)
		return error_set_retry(
		    err, ERROR_BUSY, 2, "Too many requests wait here already.");
	if (slot->count >= places.max_per_client)
		return error_set_retry(err, ERROR_CROWD, 5,
		    "%zu requests of this address wait here already.",
		    places.max_per_client);
	slot->client = client;
	slot->count++;
	places.taken++;
	return 0;
}

int
places_take(uint64_t client, struct error *err)
{
	int rc;

	(void)pthread_mutex_lock(&places.lock);
	rc = places_add(client, err);
	(void)pthread_mutex_unlock(&places.lock);
	return rc;
}

/* A slot became free: those behind it that it kept from theirs move up. */
static void
places_close_gap(size_t at)
{
	const size_t mask = places.size - 1;
	struct slot moved;
	size_t next;

	for (next = (at + 1) & mask; places.slots[next].count > 0;
	     next = (next + 1) & mask) {
		moved = places.slots[next];
		places.slots[next].count = 0;
		places.slots[places_slot(moved.client)] = moved;
	}
}

void
places_give(uint64_t client)
{
	size_t at;

	(void)pthread_mutex_lock(&places.lock);
	at = places_slot(client);
	assert(places.slots[at].count > 0);
	places.taken--;
	if (--places.slots[at].count == 0)
		places_close_gap(at);
	(void)pthread_mutex_unlock(&places.lock);
}
